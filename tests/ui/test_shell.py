"""The shell: lines to commands, plain text to whom one talks to, errors to events."""

import threading

import pytest

import chat.ui.commands as _commands
from chat.core.events import Done, Event, Failure
from chat.errors import UserError
from chat.ui.shell import Shell, parse_names
from db.users import update_user
from tests.people import Town

assert _commands  # importing it fills the command table


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


class Held:
    """A shell whose store's writer is kept busy until it is let go; what was shown, in order."""

    def __init__(self, village: Town, *, blocked: bool = False) -> None:
        village.person("bob")
        self.node = village.person("alice").start(hidden=True).node
        self.node.people.make_known("bob")
        self.node.writer.call(lambda tx: update_user(tx, "bob", blocked=int(blocked)))
        self._shown: list[Event] = []
        self.node.notify = lambda *shown: self._shown.extend(shown)
        self.shell = Shell("alice", self.node.people, self.node, self._shown.extend)
        self._busy = threading.Event()
        self.node.writer.submit(lambda _: self._busy.wait(), lambda _: None)

    def let_go(self) -> None:
        self._busy.set()

    def let_go_soon(self) -> None:
        """While somebody waits for it."""
        threading.Timer(0.05, self.let_go).start()

    @property
    def shown(self) -> list[str]:
        return [
            f"{event.command} {'done' if event.ok else 'failed'}" if isinstance(event, Done) else type(event).__name__
            for event in self._shown
        ]


def test_a_message_is_begun_without_waiting_for_those_before(village: Town) -> None:
    held = Held(village)
    for number in range(3):
        held.shell.begin(f"/msg bob {number}")
    assert held.shown == []
    held.let_go()
    held.shell.settle()
    assert held.shown == ["Queued"] * 3 + ["msg done"] * 3


def test_a_command_waits_for_the_messages_before_it(village: Town) -> None:
    held = Held(village)
    held.shell.begin("/msg bob one")
    held.let_go_soon()
    held.shell.begin("/history")
    assert held.shown == ["Queued", "msg done", "Line", "history done"]


def test_a_line_that_fails_says_so_in_its_turn(village: Town) -> None:
    held = Held(village)
    held.shell.begin("/msg bob one")
    held.let_go_soon()
    held.shell.begin("/msg alice two")
    assert held.shown == ["Queued", "msg done", "Failure", "msg failed"]
    assert held.shell.exit_code == 1


def test_what_the_store_refuses_is_said_when_it_is_known(village: Town) -> None:
    held = Held(village, blocked=True)
    held.shell.begin("/query bob")
    held.shell.begin("one")
    held.let_go()
    held.shell.settle()
    assert held.shown == ["Status", "query done", "Failure", "msg failed"]
    assert held.shell.exit_code == 1


def test_a_line_that_is_run_is_waited_for(village: Town) -> None:
    held = Held(village)
    held.let_go_soon()
    assert held.shell.execute("/msg bob one")
    assert held.shown == ["Queued", "msg done"]
