"""The shell: lines to commands, plain text to whom one talks to, errors to events."""

import pytest

from chat.core.events import Done, Event, Failure
from chat.errors import UserError
from chat.ui.shell import Shell, parse_names
from tests.people import Town


def test_names_are_folded_and_taken_once() -> None:
    assert parse_names("Bob, carol,bob,") == ("bob", "carol")
    with pytest.raises(UserError, match="Say whom"):
        parse_names(" , ")


def test_a_command_without_its_words_fails_with_its_usage(village: Town) -> None:
    alice = village.person("alice").start().node
    shown: list[Event] = []
    shell = Shell("alice", alice.people, alice, shown.extend)
    assert not shell.execute("/add")
    failure, done = shown
    assert isinstance(failure, Failure)
    assert "/add NAME" in failure.message
    assert done == Done(command="add", ok=False)
    assert shell.exit_code == 1
