"""The table of conversations: what comes too late finds none and begins none."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from chat.core.surroundings import NewConnection
from chat.net.connection import Connection
from tests.people import Person, Town


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
