"""Room and Member: the rooms that this person is or was in, and who is in them as far as is known here."""

from collections.abc import Iterable
from typing import NamedTuple

from db.connection import Connection

ASKED = "asked"
JOINED = "joined"
LEFT = "left"


class RoomRow(NamedTuple):
    """A row of Room; `owner_key` is a raw Ed25519 public key."""

    name: str
    state: str
    room_id: bytes = b""
    owner: str = ""
    owner_key: bytes = b""
    closed: int = 0
    topic: str = ""
    serial: int = 0


class MemberRow(NamedTuple):
    """A row of Member; the key is empty but in closed rooms."""

    room: str
    name: str
    present: int
    public_key: bytes = b""


def find_room(connection: Connection, name: str) -> RoomRow | None:
    """The room of that name."""
    rows = connection.query(f"SELECT {', '.join(RoomRow._fields)} FROM Room WHERE name = ?", (name,))
    return _room(*rows[0]) if rows else None


def all_rooms(connection: Connection) -> list[RoomRow]:
    """Every room, by name."""
    return [_room(*row) for row in connection.query(f"SELECT {', '.join(RoomRow._fields)} FROM Room ORDER BY name")]


def put_room(connection: Connection, row: RoomRow) -> None:
    """Store it, in place of the one before."""
    connection.execute("DELETE FROM Room WHERE name = ?", (row.name,))
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO Room ({', '.join(RoomRow._fields)}) VALUES ({marks})", row)


def members_of(connection: Connection, room: str) -> list[MemberRow]:
    """Who is in it or invited, by name."""
    rows = connection.query("SELECT room, name, present, public_key FROM Member WHERE room = ? ORDER BY name", (room,))
    return [MemberRow(name, who, present, bytes(key)) for name, who, present, key in rows]


def is_listed(connection: Connection, room: str, name: str) -> bool:
    """Whether somebody is in a room or invited."""
    return bool(connection.query("SELECT 1 FROM Member WHERE room = ? AND name = ?", (room, name)))


def is_present(connection: Connection, room: str, name: str) -> bool:
    """Whether somebody is in a room."""
    return bool(connection.query("SELECT 1 FROM Member WHERE room = ? AND name = ? AND present = 1", (room, name)))


def has_invited_key(connection: Connection, room: str, name: str) -> bool:
    """Whether somebody is in a closed room or invited, by the key that is trusted here."""
    return bool(
        connection.query(
            "SELECT 1 FROM Member m JOIN `User` u ON u.name = m.name"
            " WHERE m.room = ? AND m.name = ? AND m.public_key = u.public_key",
            (room, name),
        )
    )


def replace_members(connection: Connection, room: str, members: Iterable[MemberRow]) -> None:
    """These are in it or invited, and nobody else."""
    connection.execute("DELETE FROM Member WHERE room = ?", (room,))
    connection.execute_many("INSERT INTO Member (room, name, present, public_key) VALUES (?, ?, ?, ?)", [*members])


def put_member(connection: Connection, member: MemberRow) -> None:
    """Store one, in place of the row before."""
    remove_member(connection, member.room, member.name)
    connection.execute("INSERT INTO Member (room, name, present, public_key) VALUES (?, ?, ?, ?)", member)


def remove_member(connection: Connection, room: str, name: str) -> None:
    """Somebody is neither in it nor invited any more."""
    connection.execute("DELETE FROM Member WHERE room = ? AND name = ?", (room, name))


def set_present(connection: Connection, room: str, name: str, present: bool) -> None:
    """Somebody who is invited came in or left."""
    connection.execute("UPDATE Member SET present = ? WHERE room = ? AND name = ?", (int(present), room, name))


def recipients_in(connection: Connection, room: str, own_name: str) -> list[str]:
    """To whom a line in that room goes: those in it whom one has not blocked and who have no other key than invited."""
    rows = connection.query(
        "SELECT m.name FROM Member m JOIN `User` u ON u.name = m.name"
        " WHERE m.room = ? AND m.present = 1 AND m.name <> ? AND u.blocked = 0"
        " AND (OCTET_LENGTH(m.public_key) = 0 OR m.public_key = u.public_key) ORDER BY m.name",
        (room, own_name),
    )
    return [name for (name,) in rows]


def fellow_members(connection: Connection) -> list[str]:
    """Everyone who is in a room that this person is in."""
    rows = connection.query(
        "SELECT DISTINCT m.name FROM Member m JOIN Room r ON r.name = m.room"
        " WHERE r.state = ? AND m.present = 1 ORDER BY m.name",
        (JOINED,),
    )
    return [name for (name,) in rows]


def _room(
    name: str, state: str, room_id: bytes, owner: str, owner_key: bytes, closed: int, topic: str, serial: int
) -> RoomRow:
    return RoomRow(name, state, bytes(room_id), owner, bytes(owner_key), closed, topic, serial)
