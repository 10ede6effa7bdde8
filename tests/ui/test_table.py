"""The command table: what is asked for what is not there, or not whole."""

import pytest

import chat.ui.commands as _commands
from chat.errors import UserError
from chat.ui.table import COMMANDS, find_command, is_slow

assert _commands  # importing it fills the command table


def test_a_misspelt_command_is_guessed() -> None:
    with pytest.raises(UserError, match=r"Did you mean /history\?"):
        find_command("histroy")


@pytest.mark.parametrize(
    ("name", "arguments"), [("add", ""), ("msg", ""), ("msg", "bob"), ("unblock", " "), ("trust", "bob")]
)
def test_missing_words_are_answered_with_the_usage(name: str, arguments: str) -> None:
    with pytest.raises(UserError, match=r"write /") as told:
        COMMANDS[name].check(arguments)
    assert COMMANDS[name].usage in str(told.value)


@pytest.mark.parametrize(
    ("name", "arguments"), [("who", ""), ("history", ""), ("help", ""), ("add", "bob"), ("msg", "bob hi"), ("hide", "")]
)
def test_what_is_in_brackets_may_be_left_out(name: str, arguments: str) -> None:
    COMMANDS[name].check(arguments)


@pytest.mark.parametrize("arguments", ["now", "\nand then I went home"])
def test_a_text_that_begins_like_a_command_that_stands_alone_is_not_run(arguments: str) -> None:
    with pytest.raises(UserError, match=r"^/quit stands alone.* //quit$"):
        COMMANDS["quit"].check(arguments)
    COMMANDS["quit"].check(" ")


def test_what_takes_hours() -> None:
    assert is_slow("export")
    assert not is_slow("history")
    assert not is_slow("no such command")
