"""Room and Member of the registry."""

import pytest

from db.connection import Connection, Database
from db.registry_rooms import (
    RoomRow,
    Summary,
    add_member,
    find_room,
    listed_rooms,
    members_of,
    put_room,
    remove_member,
    remove_room,
    rooms_of,
)
from tests.db.rows import number, registry_connection


@pytest.fixture
def line(database: Database) -> Connection:
    return registry_connection(database)


def room(name: str, **changes: object) -> RoomRow:
    row = RoomRow(name, number(1), "alice", number(2, 32), 0, "leaves 😀", 7, b"\x90'\0", number(3, 64))
    return row._replace(**changes)  # type: ignore[arg-type]


def test_a_room_is_kept_as_it_is_until_it_is_gone(line: Connection) -> None:
    put_room(line, room("#tea", topic=""))
    put_room(line, room("#tea"))
    assert find_room(line, "#tea") == room("#tea")
    assert all(type(value) in (int, str, bytes) for value in find_room(line, "#tea") or ())
    remove_room(line, "#tea")
    assert find_room(line, "#tea") is None


def test_members_are_in_the_order_in_which_they_came(line: Connection) -> None:
    for name in ("carol", "bob", "alice"):
        add_member(line, "#tea", name)
    add_member(line, "#bar", "bob")
    remove_member(line, "#tea", "carol")
    add_member(line, "#tea", "carol")
    assert members_of(line, "#tea") == ["bob", "alice", "carol"]
    assert rooms_of(line, "bob") == ["#bar", "#tea"]


def test_closed_rooms_are_listed_for_their_members(line: Connection) -> None:
    put_room(line, room("#tea"))
    put_room(line, room("#board", closed=1, topic="money"))
    for name, member in (("#tea", "bob"), ("#tea", "carol"), ("#board", "bob")):
        add_member(line, name, member)
    board, tea = Summary("#board", 1, 1, "money"), Summary("#tea", 2, 0, "leaves 😀")
    assert listed_rooms(line, "bob", 10) == [board, tea]
    assert listed_rooms(line, "carol", 10) == [tea]
    assert listed_rooms(line, "bob", 1) == [board]
