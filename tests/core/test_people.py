"""Who is known: what the registry is told of them at a sign-in."""

from typing import Any

import pytest

from chat.core import events
from chat.core.people import People
from chat.wire import registry as wire
from db.connection import Connection
from db.rooms import JOINED, MemberRow, RoomRow, put_member, put_room
from db.users import update_user
from tests.people import Person, Town


@pytest.fixture
def alice(village: Town) -> Person:
    for name in ("bob", "carol", "dora"):
        village.person(name)
    return village.person("alice").start()


def facts(people: People) -> Any:
    return people.facts(port=4711, addresses=("192.0.2.7",), hidden=False)


def test_contacts_and_who_is_written_to_are_watched_and_the_blocked_named(alice: Person) -> None:
    people = alice.node.people
    people.add("carol", None)
    alice.node.send(["dora"], "hi")  # who is not there
    people.block("bob")
    people.remove("carol")
    people.add("carol", None)
    again = People("alice", alice.node.writer, alice.node.pool)  # as at the next start of the program
    assert facts(again).watched == ("carol", "dora")
    assert facts(again).blocked == ("bob",)


def test_who_is_removed_is_watched_no_more(alice: Person) -> None:
    people = alice.node.people
    people.add("carol", None)
    people.remove("carol")
    assert facts(people).watched == ()


def test_what_waits_for_somebody_who_is_removed_arrives_all_the_same(village: Town) -> None:
    bob, alice = village.person("bob"), village.person("alice").start()
    alice.node.people.add("bob", None)
    alice.node.send(["bob"], "hi")
    alice.node.people.remove("bob")
    bob.start()
    (message,) = bob.inbox.wait_for(events.Incoming)
    assert message.text == "hi"


def test_a_sign_in_just_then_loses_nobody(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """It drops what waits to be said, for it says all that is known itself."""
    said: list[tuple[str, ...]] = []
    people, tell = alice.node.people, alice.node._line.tell

    def telling(build: Any) -> None:
        if isinstance(build(1), wire.Watch):
            said.append(facts(people).watched)
        tell(build)

    monkeypatch.setattr(alice.node._line, "tell", telling)
    people.add("carol", None)
    assert said == [("carol",)]


def test_contacts_come_first_where_there_are_too_many(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_NAMES", 2)
    people = alice.node.people
    alice.node.people.make_known("bob")
    for name in ("carol", "dora"):
        alice.node.writer.call(lambda tx, name=name: update_user(tx, name, contact=1))  # type: ignore[misc]
    assert facts(people).watched == ("carol", "dora")


def test_whoever_is_in_a_room_comes_after_the_contacts(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large rooms have more people than the registry watches for anybody."""
    monkeypatch.setattr(wire, "MAX_NAMES", 2)

    def fill(tx: Connection) -> None:
        put_room(tx, RoomRow("#tea", JOINED))
        for name in ("alice", "bob", "carol"):
            put_member(tx, MemberRow("#tea", name, 1))
        update_user(tx, "dora", contact=1)

    alice.node.who("")  # after the registry has said that she is in no room
    alice.node.writer.call(fill)
    assert facts(alice.node.people).watched == ("dora", "bob")
