"""The shell: lines to commands, plain text to whom one talks to, errors to events."""

import threading

import pytest

import chat.ui.commands as _commands
from chat.core.events import Done, Failure
from chat.errors import UserError
from chat.ui.shell import Shell, first_word, is_command, names_and_rest, parse_names, split_command
from db.users import update_user
from tests.people import Town
from tests.ui.told import Told, shell_of

assert _commands  # importing it fills the command table


def test_names_are_folded_and_taken_once() -> None:
    assert parse_names("Bob, carol,bob,") == ("bob", "carol")
    with pytest.raises(UserError, match="Say whom"):
        parse_names(" , ")


def test_no_name_is_lost_among_blanks() -> None:
    assert names_and_rest("bob,carol  hi there") == (("bob", "carol"), "hi there")
    assert names_and_rest("bob\nhi") == (("bob",), "hi")
    with pytest.raises(UserError, match="without blanks"):
        names_and_rest("bob, carol hi")


def test_lines_and_their_words() -> None:
    assert [is_command(line) for line in ("/who", "//who", "who", "")] == [True, False, False, False]
    assert split_command("/MSG bob hi") == ("msg", "bob hi")
    assert split_command("/") == ("", "")
    assert first_word("  a  b c ") == ("a", "b c ")


def test_a_command_without_its_words_fails_with_its_usage(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert not shell.execute("/add")
    failure, done = told.events
    assert isinstance(failure, Failure)
    assert "/add NAME" in failure.message
    assert done == Done(command="add", ok=False)
    assert shell.exit_code == 1


def test_plain_lines_go_to_whom_one_talks_to(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    shell, told = shell_of(alice)
    assert not shell.execute("hi")
    assert isinstance(told.events[0], Failure)
    assert shell.execute("/query Bob")
    for line in ("hi", "//etc/hosts", "two\nlines", "   "):
        assert shell.execute(line)
    assert bob.inbox.texts(3) == ["hi", "/etc/hosts", "two\nlines"]
    assert told.texts == ["hi", "/etc/hosts", "two\nlines"]
    assert told.last == Done(command="msg", ok=True)


def test_who_is_turned_or_written_to_has_been_read(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    shell, told = shell_of(alice)
    steps = [("/query bob", 1), ("/close", 0), ("/msg bob hi", 1), ("/history bob", 1)]
    for number, (line, unread_before) in enumerate(steps):
        bob.node.send(["alice"], "hi")
        alice.inbox.texts(number + 1)
        assert alice.node.unread.count_from("bob") == unread_before
        assert shell.execute(line)
        assert alice.node.unread.counts() == {}
    assert told.turns == [(("bob",), 1), ((), 0)]


def test_beside_a_running_process_only_reading_works(village: Town) -> None:
    alice = village.person("alice").start()
    told = Told()
    shell = Shell("alice", alice.node.people, None, told)
    assert not shell.execute("/msg bob hi")
    assert "running already" in str(told.events)
    assert shell.execute("/history")
    assert shell.execute("/contacts")


class Held:
    """A shell whose store's writer is kept busy until it is let go; what was shown, in order."""

    def __init__(self, village: Town, *, blocked: bool = False) -> None:
        village.person("bob")
        self.node = village.person("alice").start(hidden=True).node
        self.node.people.make_known("bob")
        self.node.writer.call(lambda tx: update_user(tx, "bob", blocked=int(blocked)))
        self._told = Told()
        self.node.notify = self._told.notify
        self.shell = Shell("alice", self.node.people, self.node, self._told)
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
            for event in self._told.events
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
    assert held.shown == ["query done", "Failure", "msg failed"]
    assert held.shell.exit_code == 1


def test_a_line_that_is_run_is_waited_for(village: Town) -> None:
    held = Held(village)
    held.let_go_soon()
    assert held.shell.execute("/msg bob one")
    assert held.shown == ["Queued", "msg done"]
