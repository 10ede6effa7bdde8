"""/consent no: the clients of contacts hear of it, linked or later, and leave out what that person wrote."""

import pytest

from chat.core import events
from chat.core.export.exporting import Exporter
from chat.core.export.records import decode_line
from chat.core.export.wishes import Wish
from chat.errors import UserError
from db.privacy import find_privacy
from tests.core.export.finders import FakeFinder
from tests.people import Person, Town, wait_until


@pytest.fixture
def pair(village: Town) -> tuple[Person, Person]:
    """Alice and bob, who have written to each other."""
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "from alice")
    bob.inbox.wait_for(events.Incoming)
    bob.node.send(["alice"], "from bob")
    alice.inbox.wait_for(events.Incoming)
    return alice, bob


def may_export(whose: Person, name: str) -> bool:
    return bool(whose.node.people.read(lambda connection: find_privacy(connection, name)).exportable)


def exported(person: Person) -> list[str]:
    wish = Wish(person.home.path / "export", anonymised=True, overwrite=True)
    Exporter(person.node.pool, person.name, wish, load=FakeFinder).run()
    return [decode_line(line).text for line in wish.path.read_bytes().splitlines()]


def test_who_is_linked_hears_at_once(pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    assert len(exported(bob)) == 2
    alice.node.people.consent(exportable=False)
    wait_until(lambda: not may_export(bob, "alice"), "bob hears of it")
    assert exported(bob) == []
    assert len(exported(alice)) == 2
    alice.node.people.consent(exportable=True)
    wait_until(lambda: may_export(bob, "alice"), "bob hears that it may be again")
    bob.node.send(["alice"], "still talking")
    assert alice.inbox.texts(2) == ["from bob", "still talking"]


def test_who_is_away_hears_later_without_a_message(pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    bob.stop()
    alice.node.people.consent(exportable=False)
    alice.stop()
    alice.start()
    bob.start()
    wait_until(lambda: not may_export(bob, "alice"), "bob hears of it")
    wait_until(lambda: not bob_is_to_be_told(alice), "alice knows that he did")


def bob_is_to_be_told(alice: Person) -> bool:
    return bool(alice.node.people.read(lambda connection: find_privacy(connection, "bob")).told)


def test_nicknames_are_kept(pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    people = alice.node.people
    people.call("bob", "Bobby,Rob Smith")
    people.call("alice", "Ali")
    assert people.read(lambda connection: find_privacy(connection, "bob")).nicknames == "Bobby,Rob Smith"
    with pytest.raises(UserError, match="Nobody called zoe"):
        people.call("zoe", "Z")
    with pytest.raises(UserError, match="too much"):
        people.call("bob", "x" * 1001)
