"""The table of conversations: what comes too late finds none and begins none."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from chat.core import events
from chat.core.doorway import Doorway
from chat.core.surroundings import NewConnection
from chat.net.connection import Connection
from tests.people import Person, Town, wait_until

DESCRIPTORS = Path("/proc/self/fd")


@dataclass
class Arriving:
    """A connection that has shaken hands, and what becomes of it."""

    ends: list[str] = field(default_factory=list)

    def close(self) -> None:
        self.ends.append("closed")

    def new(self, person: Person) -> NewConnection:
        connection = cast(Connection, self)
        return NewConnection(person.node.credentials.identity, connection, b"", lambda: self.ends.append("settled"))


def too_late_for(bob: Person, alice: Person) -> bool:
    arriving = Arriving()
    switchboard: Any = bob.node._switchboard
    switchboard.connected(arriving.new(alice))
    return sorted(arriving.ends) == ["closed", "settled"] and not switchboard._conversations


@pytest.fixture
def alice(village: Town) -> Person:
    return village.person("alice").start()


@pytest.fixture
def bob(village: Town) -> Person:
    return village.person("bob").start()


def test_who_shook_hands_before_we_hid_is_too_late(alice: Person, bob: Person) -> None:
    bob.node.hide()
    assert too_late_for(bob, alice)


def test_who_shook_hands_before_the_block_is_too_late(alice: Person, bob: Person) -> None:
    bob.node.people.block("alice")
    assert too_late_for(bob, alice)


def test_who_shook_hands_before_the_end_is_too_late(alice: Person, bob: Person) -> None:
    bob.node._switchboard.close()
    assert too_late_for(bob, alice)


def test_after_the_end_no_conversation_is_begun(alice: Person) -> None:
    alice.node._switchboard.close()
    alice.node._switchboard.composed("bob")
    assert not alice.node._switchboard._conversations


@dataclass
class Ending:
    """A conversation whose thread wants to end."""

    name: str = "bob"
    has_work: bool = False


@pytest.mark.parametrize(
    ("has_work", "anyway", "ends"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_a_conversation_ends_unless_something_came_in(alice: Person, has_work: bool, anyway: bool, ends: bool) -> None:
    """Else what came in at that moment, a connection say, would be done by nobody."""
    table: dict[str, Any] = cast(Any, alice.node._switchboard)._conversations
    ending = table["bob"] = Ending(has_work=has_work)
    assert alice.node._switchboard.try_to_end(ending, anyway=anyway) == ends
    assert ("bob" in table) != ends
    table.clear()


def test_one_that_ends_leaves_the_next_alone(alice: Person) -> None:
    table: dict[str, Any] = cast(Any, alice.node._switchboard)._conversations
    table["bob"] = Ending()
    assert alice.node._switchboard.try_to_end(Ending(has_work=True), anyway=False)
    assert "bob" in table
    table.clear()


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The system has no more for conversations and dialling; undo it to have them again."""
    start = threading.Thread.start

    def starting(thread: threading.Thread) -> None:
        if thread.name.startswith(("conversation", "dialling")):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starting)
    return monkeypatch


def test_without_a_thread_a_caller_is_hung_up_on(alice: Person, bob: Person, no_threads: pytest.MonkeyPatch) -> None:
    descriptors = len(list(DESCRIPTORS.iterdir()))
    assert too_late_for(bob, alice)
    assert len(list(DESCRIPTORS.iterdir())) == descriptors
    no_threads.undo()
    alice.node.send(["bob"], "hi")
    assert bob.inbox.texts(1) == ["hi"]


def comes_again(bob: Person, alice: Person) -> None:
    """Alice hears that he goes and comes: done at once, the registry would tell of the last alone."""
    bob.node.hide()
    wait_until(lambda: not alice.node.is_online("bob"), "bob is gone")
    bob.node.show()
    wait_until(lambda: alice.node.is_online("bob"), "bob is back")


def test_without_a_thread_what_is_written_goes_later(
    alice: Person, bob: Person, no_threads: pytest.MonkeyPatch
) -> None:
    """Neither the writer nor the line to the registry comes to harm."""
    alice.node.people.add("bob", None)
    alice.node.send(["bob"], "hi")
    alice.inbox.wait_for(events.Warn, lambda event: "can be begun now" in event.message)
    comes_again(bob, alice)
    assert alice.statuses() == [("bob", "hi", "pending")]
    no_threads.undo()
    comes_again(bob, alice)
    assert bob.inbox.texts(1) == ["hi"]


def test_without_a_thread_to_dial_it_is_tried_again(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failed = threading.Thread.start, threading.Event()

    def starting(thread: threading.Thread) -> None:
        if thread.name.startswith("dialling") and not failed.is_set():
            failed.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starting)
    alice.node.send(["bob"], "hi")
    assert bob.inbox.texts(1) == ["hi"]
    assert failed.is_set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_dialling_is_a_try_in_vain(alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be waited for for ever, and nothing sent to that person any more."""
    reach, failed = Doorway.reach, threading.Event()

    def reaching(doorway: Doorway, name: str, purpose: str) -> Any:
        if not failed.is_set():
            failed.set()
            raise ValueError("a fault of ours")
        return reach(doorway, name, purpose)

    monkeypatch.setattr(Doorway, "reach", reaching)
    alice.node.send(["bob"], "hi")
    assert bob.inbox.texts(1) == ["hi"]
    assert failed.is_set()
