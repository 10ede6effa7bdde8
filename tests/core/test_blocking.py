"""Blocking does not tell: what the blocked one sees is what a sign-off looks like."""

from typing import Any

import pytest

from chat.core import events
from chat.errors import ChatError
from tests.core.dialling import first_words
from tests.people import Person, Town, wait_until


def steps_of(person: Person, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person's node does to the world, in order."""
    steps: list[str] = []
    line, switchboard = person.node._line, person.node._switchboard
    tell, end, end_all, stop = line.tell, switchboard.end, switchboard.end_all, line.stop

    def telling(build: Any) -> None:
        steps.append("tells the registry")
        tell(build)

    def ending(name: str) -> None:
        steps.append("hangs up")
        end(name)

    def ending_all() -> None:
        steps.append("hangs up")
        end_all()

    def stopping() -> None:
        steps.append("tells the registry")
        stop()

    monkeypatch.setattr(line, "tell", telling)
    monkeypatch.setattr(line, "stop", stopping)
    monkeypatch.setattr(switchboard, "end", ending)
    monkeypatch.setattr(switchboard, "end_all", ending_all)
    return steps


def test_blocking_hangs_up_before_it_tells_the_registry(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a sign-off does, and hiding: the order of the two is seen by the other side."""
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "one")
    bob.inbox.texts(1)
    bob.node.people.add("alice", None)
    steps = steps_of(bob, monkeypatch)
    bob.node.people.block("alice")
    assert steps == ["hangs up", "tells the registry"]
    steps.clear()
    bob.node.hide()
    assert steps == ["hangs up", "tells the registry"]
    steps.clear()
    bob.stop()
    assert steps == ["hangs up", "tells the registry"]


def test_a_blocked_dial_ends_without_a_word(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    assert first_words(bob, alice.node.credentials) != b""
    bob.node.people.block("alice")
    assert first_words(bob, alice.node.credentials) == b""
    assert bob.inbox.of(events.Incoming) == []
    assert bob.inbox.of(events.Warn) == []


def test_what_waited_comes_once_and_in_order(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.send(["bob"], "before")
    bob.inbox.texts(1)
    bob.node.people.block("alice")
    for number in range(5):
        alice.node.send(["bob"], f"line {number}")
    with pytest.raises(ChatError, match="blocked"):
        bob.node.send(["alice"], "no")
    bob.node.people.unblock("alice")
    expected = ["before", *(f"line {number}" for number in range(5))]
    assert bob.inbox.texts(6) == expected
    wait_until(lambda: {status for *_, status in alice.statuses()} == {"sent"}, "all of it is said to be sent")
    assert [event.text for event in bob.inbox.of(events.Incoming)] == expected
