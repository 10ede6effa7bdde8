"""A conversation's thread: it keeps trying while there is something to deliver, and only then."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from chat.core import backoff, events, redial
from chat.core.conversation import Conversation
from chat.core.doorway import Doorway
from chat.core.surroundings import NewConnection
from chat.core.writer import Outcome
from chat.errors import NetworkError
from chat.net.certificates import Identity
from chat.net.connection import MAX_OUTGOING_BYTES
from chat.wire.delivery import Delivery
from chat.wire.pump import WINDOW_BYTES
from db.errors import Unreachable
from tests.people import PATIENCE_S, Person, Town, wait_until


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle conversations end before the second try."""
    monkeypatch.setattr(redial, "LINGER_S", 0.05)
    monkeypatch.setattr(backoff, "FIRST_S", 0.5)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.5)


class MadeUp:
    """The node round a conversation, with a store that fails."""

    writer: "MadeUp"
    own_fingerprint = ""
    listening_port = 0

    def __init__(self) -> None:
        self.writer = self
        self.dialled = threading.Event()

    def submit(self, job: Any, done: Callable[[Outcome[Any]], None]) -> None:
        done(Outcome(None, Unreachable("The database server does not answer.")))

    def may_dial(self, _: str) -> bool:
        return True

    def dial(self, _: str) -> None:
        self.dialled.set()

    def try_to_end(self, _: Conversation, *, anyway: bool) -> bool:
        return True


def test_where_the_database_does_not_say_there_may_be_something_to_deliver() -> None:
    around = MadeUp()
    conversation = Conversation("bob", around)  # type: ignore[arg-type]
    conversation.thread.start()
    conversation.dial_failed(NetworkError("No connection."))
    assert around.dialled.wait(PATIENCE_S)
    conversation.end()
    conversation.thread.join()


def test_who_is_not_to_be_read_is_not_read_where_there_is_only_room_to_send() -> None:
    """Else a peer that reads a little now and then has all of its flood taken into memory."""
    read: list[bytes] = []

    class Writable:
        wants_data = False

        def receive(self) -> bytes:
            read.append(b"")
            return b""

    connection: Any = Writable()
    conversation = Conversation("bob", MadeUp())  # type: ignore[arg-type]
    delivery = Delivery(nominator=True, port=0)
    link = delivery.open_link(b"l" * 16, 0.0)
    conversation._sockets[link] = NewConnection(Identity("bob", "b0b", b""), connection, link.id, lambda: None)
    conversation._receive(delivery, [connection])
    assert not read
    connection.wants_data = True
    conversation._receive(delivery, [connection])
    assert read


def test_after_faults_all_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is told; the link is closed, and whoever is on it takes no stranger's place any more."""

    class Open:
        interest = 0

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_: done.append(name)

    def fault() -> None:
        raise ZeroDivisionError

    done: list[str] = []
    faults: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: faults.append(told.exc_type))
    connection: Any = Open()
    conversation = Conversation("bob", MadeUp())  # type: ignore[arg-type]
    link = Delivery(nominator=True, port=0).open_link(b"l" * 16, 0.0)
    conversation._sockets[link] = NewConnection(
        Identity("bob", "b0b", b""), connection, link.id, lambda: done.append("settled")
    )
    for _ in range(3):
        conversation.post(fault)
    conversation.start()
    conversation.thread.join()
    assert faults == [ZeroDivisionError] * 3
    assert done[0] == "settled"
    assert done[-1] == "close"


def test_what_waits_for_a_peer_that_does_not_read_is_about_a_window() -> None:
    """Less would cut an honest one, more is memory for whoever asks us for signs of life and reads none."""
    assert 2 * WINDOW_BYTES <= MAX_OUTGOING_BYTES <= 4 * WINDOW_BYTES


def has_conversation(person: Person) -> bool:
    return bool(person.node._switchboard._conversations)


def acquainted(village: Town) -> tuple[Person, Person]:
    """Alice and bob, who had a word with each other."""
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    alice.inbox.wait_for(events.Delivered)
    return alice, bob


def test_keeps_trying_whom_no_registry_announces(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = acquainted(village)
    village.close_registry()
    where = bob.node.listening_port
    bob.stop()
    tries: list[str] = []
    reach = Doorway.reach

    def counted(door: Doorway, name: str, purpose: str) -> object:
        tries.append(name)
        return reach(door, name, purpose)

    monkeypatch.setattr(Doorway, "reach", counted)
    alice.node.send(["bob"], "two")
    wait_until(lambda: len(tries) >= 3, "alice tries again")
    bob.start(listen=("127.0.0.1", where))
    assert bob.inbox.texts(2) == ["one", "two"]


def test_tries_everybody_when_the_registry_goes(village: Town) -> None:
    alice, bob = acquainted(village)
    where = bob.node.listening_port
    bob.stop()
    alice.inbox.wait_for(events.Delivered)
    wait_until(lambda: not alice.node.is_online("bob"), "bob is gone for alice")
    alice.node.send(["bob"], "two")
    wait_until(lambda: not has_conversation(alice), "nobody is left who would try")
    village.close_registry()
    bob.start(listen=("127.0.0.1", where))
    assert bob.inbox.texts(2) == ["one", "two"]


def test_does_not_dial_for_what_was_confirmed_just_now(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = acquainted(village)
    village.close_registry()  # else alice hears that bob is gone
    monkeypatch.setattr("chat.wire.delivery.MARK_SENT_AFTER_S", 100.0)
    alice.node.send(["bob"], "two")
    alice.inbox.wait_for(events.Delivered, count=2)
    dials: list[str] = []
    monkeypatch.setattr(Doorway, "reach", lambda door, name, purpose: dials.append(name))
    bob.stop()
    wait_until(lambda: not has_conversation(alice), "the conversation with bob ends")
    assert not dials
    assert [status for *_, status in alice.statuses()] == ["sent", "sent"]
