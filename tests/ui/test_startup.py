"""The first start, in a real terminal: what is asked, and what is said before and after."""

import sys
from pathlib import Path

import pytest

from chat.net.addresses import format_address
from tests.people import Town
from tests.processes import ROOT
from tests.screen import Terminal, ctrl
from tests.ui.conftest import Open


def first_start(village: Town, home: Path) -> Terminal:
    registry = format_address(*village.registry)
    flags = ["--name", "alice", "--registry", registry, "--home", str(home), "--listen", "127.0.0.1:0"]
    return Terminal([sys.executable, str(ROOT / "client.py"), *flags], columns=200)


@pytest.fixture
def alice(village: Town, tmp_path: Path) -> Terminal:
    return first_start(village, tmp_path / "alice-at-a-terminal")


def test_a_password_is_chosen_and_a_short_one_warned_of_before(alice: Terminal) -> None:
    try:
        alice.wait_for("First contact with this registry.", "no other is trusted.", "Choose a password for alice:")
        alice.enter("short")
        alice.wait_for("That password is short", "Again:")
        alice.enter("short")
        alice.wait_for("You are alice", "/who lists", "alice>")
        assert alice.text.index("That password is short") < alice.text.index("Again:")
        assert alice.raw.count(b"short") == 1  # the warning's; what is typed is not echoed
    finally:
        alice.close()


def test_two_different_passwords_make_nothing(alice: Terminal, tmp_path: Path) -> None:
    try:
        alice.wait_for("Choose a password for alice:")
        alice.enter("the one password")
        alice.wait_for("Again:")
        alice.enter("another password")
        assert alice.wait_end() == 1
        assert "The two passwords differ: nothing was made." in alice.text
        assert not (tmp_path / "alice-at-a-terminal" / "keyring.json").exists()
    finally:
        alice.close()


@pytest.mark.parametrize("keys", [ctrl("C"), ctrl("D")])
def test_who_leaves_at_the_question_leaves_nothing(alice: Terminal, tmp_path: Path, keys: str) -> None:
    try:
        alice.wait_for("Choose a password for alice:")
        alice.type(keys)
        assert alice.wait_end() in (0, 1)
        assert "Traceback" not in alice.text
        assert "Choose a password for alice:" in [line.strip() for line in alice.lines]
        assert alice.raw.endswith(b"\n")  # the shell's prompt does not stand behind the question
        assert not (tmp_path / "alice-at-a-terminal" / "keyring.json").exists()
    finally:
        alice.close()


def test_the_first_start_alone_has_a_hint_of_three_lines(open_terminal: Open) -> None:
    alice = open_terminal("alice")
    alice.wait_for("/who lists who can be found", "Tab completes", "alice>")
    alice.enter("/quit")
    assert alice.wait_end() == 0
    alice = open_terminal("alice")
    alice.wait_for("You are alice", "alice>")
    assert "Tab completes" not in alice.text
