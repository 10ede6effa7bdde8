"""Room and Member of the registry: which rooms there are, and who is in them."""

from typing import NamedTuple

from db.connection import Connection


class RoomRow(NamedTuple):
    """A row of Room; `guests` is the caller's to read."""

    name: str
    room_id: bytes
    owner: str
    owner_key: bytes
    closed: int
    topic: str
    serial: int
    guests: bytes
    signature: bytes


class Summary(NamedTuple):
    """What a list of rooms has of one."""

    name: str
    members: int
    closed: int
    topic: str


_COLUMNS = ", ".join(RoomRow._fields)


def find_room(connection: Connection, name: str) -> RoomRow | None:
    """The room of that name."""
    rows = connection.query(f"SELECT {_COLUMNS} FROM Room WHERE name = ?", (name,))
    return RoomRow(*rows[0]) if rows else None


def put_room(connection: Connection, row: RoomRow) -> None:
    """Store it, in place of the one before."""
    connection.execute("DELETE FROM Room WHERE name = ?", (row.name,))
    connection.execute(f"INSERT INTO Room ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)


def remove_room(connection: Connection, name: str) -> None:
    """There is no such room any more."""
    connection.execute("DELETE FROM Room WHERE name = ?", (name,))


def members_of(connection: Connection, room: str) -> list[str]:
    """Who is in it, who came first first."""
    return [name for (name,) in connection.query("SELECT name FROM Member WHERE room = ? ORDER BY place", (room,))]


def rooms_of(connection: Connection, name: str) -> list[str]:
    """The rooms that somebody is in, by name."""
    return [room for (room,) in connection.query("SELECT room FROM Member WHERE name = ? ORDER BY room", (name,))]


def add_member(connection: Connection, room: str, name: str) -> None:
    """Somebody who was not in it came in."""
    (last,) = connection.query("SELECT MAX(place) FROM Member WHERE room = ?", (room,))[0]
    connection.execute("INSERT INTO Member (room, name, place) VALUES (?, ?, ?)", (room, name, (last or 0) + 1))


def remove_member(connection: Connection, room: str, name: str) -> None:
    """Somebody is not in it any more."""
    connection.execute("DELETE FROM Member WHERE room = ? AND name = ?", (room, name))


def listed_rooms(connection: Connection, name: str, count: int) -> list[Summary]:
    """The first `count` rooms by name that are open or that `name` is in."""
    rows = connection.query(
        "SELECT r.name, COUNT(m.name), r.closed, r.topic FROM Room r JOIN Member m ON m.room = r.name"
        " WHERE r.closed = 0 OR EXISTS (SELECT 1 FROM Member own WHERE own.room = r.name AND own.name = ?)"
        f" GROUP BY r.name, r.closed, r.topic ORDER BY r.name LIMIT {int(count)}",
        (name,),
    )
    return [Summary(*row) for row in rows]
