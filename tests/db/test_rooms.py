"""Room and Member of a person's own database."""

import pytest

from db.connection import Connection, Database
from db.rooms import (
    JOINED,
    LEFT,
    MemberRow,
    RoomRow,
    all_rooms,
    fellow_members,
    find_room,
    has_invited_key,
    is_listed,
    is_present,
    members_of,
    put_member,
    put_room,
    recipients_in,
    remove_member,
    replace_members,
    set_present,
)
from db.users import know, update_user
from tests.db.rows import client_connection, number

KEY = number(5, 32)
TEA = RoomRow("#tea", JOINED, number(1), "alice", KEY, 1, "leaves, 😀 and water" + "x" * 180, 2**63 - 1)


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def test_a_room_is_kept_as_it_is(line: Connection) -> None:
    put_room(line, RoomRow("#tea", LEFT))
    put_room(line, TEA)
    put_room(line, RoomRow("#" + "b" * 40, LEFT))
    assert find_room(line, "#tea") == TEA
    assert find_room(line, "#coffee") is None
    assert all_rooms(line) == [RoomRow("#" + "b" * 40, LEFT), TEA]


def test_members_are_those_of_one_room(line: Connection) -> None:
    replace_members(line, "#tea", [MemberRow("#tea", "carol", 0, KEY), MemberRow("#tea", "bob", 1)])
    replace_members(line, "#bar", [MemberRow("#bar", "bob", 1)])
    replace_members(line, "#bar", [])
    put_member(line, MemberRow("#tea", "dave", 1))
    set_present(line, "#tea", "carol", present=True)
    put_member(line, MemberRow("#tea", "bob", 0, KEY))
    assert members_of(line, "#bar") == []
    assert members_of(line, "#tea") == [
        MemberRow("#tea", "bob", 0, KEY),
        MemberRow("#tea", "carol", 1, KEY),
        MemberRow("#tea", "dave", 1),
    ]
    assert [is_present(line, "#tea", name) for name in ("bob", "carol", "erin")] == [False, True, False]
    remove_member(line, "#tea", "bob")
    assert [is_listed(line, "#tea", name) for name in ("bob", "carol")] == [False, True]


def test_a_line_goes_to_who_is_there_but_not_to_whom_one_blocked(line: Connection) -> None:
    replace_members(line, "#tea", [MemberRow("#tea", name, int(name != "erin")) for name in ("bob", "carol", "erin")])
    put_member(line, MemberRow("#tea", "alice", 1))
    know(line, ["alice", "bob", "carol", "erin"])
    update_user(line, "carol", blocked=1)
    assert recipients_in(line, "#tea", "alice") == ["bob"]
    assert recipients_in(line, "#bar", "alice") == []


def test_a_line_in_a_closed_room_goes_to_the_key_that_was_invited(line: Connection) -> None:
    replace_members(line, "#tea", [MemberRow("#tea", name, 1, KEY) for name in ("bob", "carol", "dave")])
    know(line, ["bob", "carol", "dave"])
    update_user(line, "bob", public_key=KEY)
    update_user(line, "carol", public_key=number(6, 32))
    assert recipients_in(line, "#tea", "alice") == ["bob"]
    assert [has_invited_key(line, "#tea", name) for name in ("bob", "carol", "dave", "erin")] == [True] + [False] * 3


def test_fellows_are_those_of_the_rooms_that_one_is_in(line: Connection) -> None:
    put_room(line, TEA)
    put_room(line, RoomRow("#bar", JOINED))
    put_room(line, RoomRow("#old", LEFT))
    for room, name, present in (("#tea", "bob", 1), ("#bar", "bob", 1), ("#bar", "carol", 0), ("#old", "dave", 1)):
        put_member(line, MemberRow(room, name, present))
    assert fellow_members(line) == ["bob"]


def test_knowing_leaves_rows_as_they_are(line: Connection) -> None:
    update_user(line, "bob", public_key=KEY)
    know(line, ["bob", "carol"])
    assert line.query("SELECT name, public_key FROM `User` ORDER BY name") == [("bob", KEY), ("carol", b"")]
