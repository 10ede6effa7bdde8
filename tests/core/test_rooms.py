"""Rooms between people: real registry, sockets and databases."""

from functools import partial

from chat.core import events
from chat.core.history import Query, read_history
from tests.people import Person, Town, wait_until


def start(village: Town, *names: str) -> list[Person]:
    return [village.person(name).start() for name in names]


def in_room(person: Person, room: str = "#tea") -> list[str]:
    """Who is there, as that person knows it."""
    return [member.name for member in person.node.rooms.members(room) if member.present]


def knows(person: Person, room: str, names: list[str]) -> bool:
    return in_room(person, room) == names


def gather(people: list[Person], room: str = "#tea") -> None:
    """All of them come in, and know of each other."""
    for person in people:
        person.node.rooms.join(room, closed=False)
    names = sorted(person.name for person in people)
    for person in people:
        wait_until(partial(knows, person, room, names), f"{person.name} knows who is in {room}")


def lines(person: Person, count: int, room: str = "#tea") -> list[tuple[str, str]]:
    """Who said what there, as it came in."""
    return [
        (event.sender, event.text)
        for event in person.inbox.wait_for(events.Incoming, lambda event: event.room == room, count)
    ]


def test_a_line_goes_to_everyone_in_the_room(village: Town) -> None:
    people = alice, bob, carol = start(village, "alice", "bob", "carol")
    gather(people)
    alice.node.send(["#tea"], "who is for tea?")
    assert lines(bob, 1) == lines(carol, 1) == [("alice", "who is for tea?")]
    bob.node.send(["#tea"], "me")
    assert lines(carol, 2) == [("alice", "who is for tea?"), ("bob", "me")]
    for person in people:
        with person.node.pool.borrow() as connection:
            page = read_history(connection, person.name, Query(("#tea",)))
        assert [(line.sender, line.text, line.room) for line in page.lines] == [
            ("alice", "who is for tea?", "#tea"),
            ("bob", "me", "#tea"),
        ]
