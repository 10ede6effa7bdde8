"""Nodes with each other: live, later, to many, hidden, blocked, without a registry."""

import pytest

from chat.core import events
from chat.core.node import MAX_TROUBLES
from chat.core.strangers import STRANGER_MESSAGES
from chat.errors import NetworkError, StorageFailure
from tests.flaky import FlakyDatabase, always
from tests.people import Person, Town, wait_until


def test_live(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "hi")
    assert bob.inbox.texts(1) == ["hi"]
    alice.inbox.wait_for(events.Delivered)
    bob.node.send(["alice"], "hello")
    assert alice.inbox.texts(1) == ["hello"]


def test_later_and_in_order(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob")
    for number in range(20):
        alice.node.send(["bob"], f"line {number}")
    assert {status for *_, status in alice.statuses()} == {"pending"}
    bob.start()
    assert bob.inbox.texts(20) == [f"line {number}" for number in range(20)]
    alice.inbox.wait_for(events.Delivered, count=20)


def test_to_many(village: Town) -> None:
    alice, bob, carol = (village.person(name).start() for name in ("alice", "bob", "carol"))
    alice.node.send(["bob", "carol"], "hi all")
    for person in (bob, carol):
        (message,) = person.inbox.wait_for(events.Incoming)
        assert message.to == ("bob", "carol")
    alice.inbox.wait_for(events.Delivered, count=2)


def test_hidden_then_shown(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    alice.inbox.wait_for(events.Delivered)
    alice.node.hide()
    alice.node.send(["bob"], "two")
    bob.node.send(["alice"], "three")
    assert not any(name == "alice" for name in bob.node.who("").names)
    assert ("bob", "two", "pending") in alice.statuses()
    assert ("alice", "three", "pending") in bob.statuses()
    alice.node.show()
    assert bob.inbox.texts(2) == ["one", "two"]
    assert alice.inbox.texts(1) == ["three"]


def test_blocked_then_unblocked(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    bob.node.people.block("alice")
    alice.node.send(["bob"], "two")
    assert not any(name == "bob" for name in alice.node.who("").names)
    bob.node.people.unblock("alice")
    assert bob.inbox.texts(2) == ["one", "two"]


def test_registry_gone(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    village.close_registry()
    alice.node.send(["bob"], "two")
    assert bob.inbox.texts(2) == ["one", "two"]
    where = bob.node.listening_port
    bob.stop()
    alice.node.send(["bob"], "three")
    bob.start(listen=("127.0.0.1", where))
    assert bob.inbox.texts(3) == ["one", "two", "three"]


def test_a_registry_that_is_back_is_told_of(village: Town) -> None:
    alice = village.person("alice").start()
    assert not alice.inbox.of(events.Status)
    village.close_registry()
    alice.inbox.wait_for(events.Warn)
    village.open_registry()
    (told,) = alice.inbox.wait_for(events.Status)
    assert (told.name, told.value) == ("registry", "connected again")
    assert alice.node.signed_in


def test_ends_also_where_it_could_not_start(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob")
    with pytest.raises(NetworkError, match="Cannot listen"):
        bob.start(listen=("127.0.0.1", alice.node.listening_port))
    bob.stop()


def test_hides_also_while_the_database_is_away(village: Town) -> None:
    database, bob = flaky_person(village, "bob")
    alice = village.person("alice").start()
    database.sickness.statement = always
    with pytest.raises(StorageFailure):
        bob.node.hide()
    assert bob.node.hidden
    assert alice.node.who("").names == ("alice",)
    with pytest.raises(StorageFailure):
        bob.node.show()
    assert bob.node.hidden
    database.sickness.heal()
    bob.node.show()
    alice.node.send(["bob"], "hi")
    assert bob.inbox.texts(1) == ["hi"]


def test_ever_new_trouble_with_one_person_fills_no_screen(village: Town) -> None:
    alice = village.person("alice").start()
    for number in range(100):
        alice.node.trouble("mallory", f"A frame of {number} bytes.")
    alice.node.trouble("bob", "A frame of 7 bytes.")
    names = [event.name for event in alice.inbox.of(events.Warn)]
    assert names == ["mallory"] * MAX_TROUBLES + ["bob"]


def test_the_same_trouble_is_told_once_until_there_is_progress(village: Town) -> None:
    alice, _ = village.person("alice").start(), village.person("bob").start()
    for _ in range(3):
        alice.node.trouble("bob", "The disk is full.")
    alice.node.trouble("carol", "The disk is full.")
    alice.node.send(["bob"], "hi")
    alice.inbox.wait_for(events.Delivered)
    alice.node.trouble("bob", "The disk is full.")
    assert [event.name for event in alice.inbox.of(events.Warn)] == ["bob", "carol", "bob"]


def test_goes_on_when_the_database_is_back(village: Town) -> None:
    """What arrives while the receiver's database is away is not acknowledged, and comes again."""
    database, bob = flaky_person(village, "bob")
    alice = village.person("alice").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]
    database.sickness.statement = always
    alice.node.send(["bob"], "two")
    bob.inbox.wait_for(events.Warn)
    database.sickness.heal()
    assert bob.inbox.texts(2) == ["one", "two"]
    alice.inbox.wait_for(events.Delivered, count=2)


def test_keeps_its_line_while_the_database_is_away(village: Town) -> None:
    """The registry comes back at a moment when what is to be said at sign-in cannot be read."""
    database, bob = flaky_person(village, "bob")
    village.close_registry()
    bob.inbox.wait_for(events.Warn)
    asked: list[bool] = []
    database.sickness.statement = lambda: not asked.append(True)  # type: ignore[func-returns-value]
    village.open_registry()
    wait_until(lambda: bool(asked), "bob's line asks the database")
    database.sickness.heal()
    wait_until(lambda: bob.node.signed_in, "bob signs in")


def flaky_person(village: Town, name: str) -> tuple[FlakyDatabase, Person]:
    """Somebody, started, whose database the test can make fail."""
    person = village.person(name)
    database = person.database = FlakyDatabase(person.database)
    return database, person.start()


def test_a_stranger_who_is_answered_goes_on(village: Town) -> None:
    """Whatever part of a batch the allowance let through."""
    alice, bob = village.person("alice").start(), village.person("bob").start()
    texts = [f"{number}" for number in range(STRANGER_MESSAGES + 30)]
    for text in texts:
        bob.node.submit(["alice"], text)
    wait_until(lambda: len(alice.inbox.of(events.Incoming)) == STRANGER_MESSAGES, "the allowance is used up")
    alice.node.send(["bob"], "Go on.")
    wait_until(lambda: [event.text for event in alice.inbox.of(events.Incoming)] == texts, "the rest came")
