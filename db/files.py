"""File: the files that belong to messages, and what became of them."""

from collections.abc import Sequence
from typing import NamedTuple

from db.connection import Connection, Value

OFFERED = "offered"
ACCEPTED = "accepted"
DONE = "done"
DECLINED = "declined"
CANCELLED = "cancelled"
FAILED = "failed"

TIB = 2**40


class FileRow(NamedTuple):
    """A row of File; `size` in bytes, `path` empty while it lies nowhere."""

    ordinal: int
    name: str
    outgoing: int
    message_id: bytes
    file_name: str
    size: int
    type: str
    digest: bytes
    path: str
    stamp: str
    state: str
    reason: str
    time: str


_COLUMNS = ", ".join(FileRow._fields)


def insert_files(connection: Connection, rows: Sequence[FileRow]) -> None:
    """Store them."""
    connection.execute_many(f"INSERT INTO File ({_COLUMNS}) VALUES ({', '.join('?' * len(FileRow._fields))})", rows)


def find_file(connection: Connection, ordinal: int, name: str) -> FileRow | None:
    """The file of a message, as it is with one person."""
    return _first(connection, "ordinal = ? AND name = ?", ordinal, name)


def file_of_message(connection: Connection, message_id: bytes, name: str, *, outgoing: bool) -> FileRow | None:
    """The file of the message with that id, as it is with one person."""
    return _first(connection, "message_id = ? AND name = ? AND outgoing = ?", message_id, name, int(outgoing))


def files_numbered(connection: Connection, ordinal: int) -> list[FileRow]:
    """The file of a message, with everyone whom it concerns."""
    return _all(connection, "ordinal = ?", ordinal)


def files_with_id(connection: Connection, message_id: bytes) -> list[FileRow]:
    """The file of the message with that id, with everyone whom it concerns."""
    return _all(connection, "message_id = ?", message_id)


def unfinished_files(connection: Connection, name: str = "") -> list[FileRow]:
    """All that is offered or accepted, with one person or with all, in the order of the messages."""
    if name:
        return _all(connection, "name = ? AND state IN (?, ?)", name, OFFERED, ACCEPTED)
    return _all(connection, "state IN (?, ?)", OFFERED, ACCEPTED)


def names_with_unfinished_files(connection: Connection) -> list[str]:
    """Everyone with whom a file is under way: not those whose offer is still to be accepted here."""
    rows = connection.query(
        "SELECT DISTINCT name FROM File WHERE (outgoing = 1 AND state = ?) OR (outgoing = 0 AND state = ?)",
        (OFFERED, ACCEPTED),
    )
    return [str(name) for (name,) in rows]


def has_unfinished_files(connection: Connection, name: str) -> bool:
    """Whether a file is under way with that person."""
    rows = connection.query(
        "SELECT 1 FROM File WHERE name = ? AND ((outgoing = 1 AND state = ?) OR (outgoing = 0 AND state = ?)) LIMIT 1",
        (name, OFFERED, ACCEPTED),
    )
    return bool(rows)


def finished_with_digest(connection: Connection, digest: bytes, size: int) -> list[FileRow]:
    """Files of that content that lie on this machine already, received once."""
    return _all(connection, "outgoing = 0 AND state = ? AND digest = ? AND size = ?", DONE, digest, size)


def accepted_since(connection: Connection, name: str, time: str) -> tuple[int, int]:
    """How many of one person's files were taken since, and bytes in all.

    One of over a TiB counts as a TiB, so that no engine's sum fails.
    """
    rows = connection.query(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN size < ? THEN size ELSE ? END), 0) FROM File"
        " WHERE name = ? AND outgoing = 0 AND state IN (?, ?) AND time >= ?",
        (TIB, TIB, name, ACCEPTED, DONE, time),
    )
    count, size = rows[0]
    return int(count), int(size)


def set_file_state(
    connection: Connection, ordinal: int, name: str, state: str, *, path: str | None = None, reason: str = ""
) -> None:
    """What became of it, and with `path` where it lies."""
    values: list[Value] = [state, reason]
    assignments = "state = ?, reason = ?"
    if path is not None:
        assignments += ", path = ?"
        values.append(path)
    connection.execute(f"UPDATE File SET {assignments} WHERE ordinal = ? AND name = ?", (*values, ordinal, name))


def _first(connection: Connection, condition: str, *values: Value) -> FileRow | None:
    rows = _all(connection, condition, *values)
    return rows[0] if rows else None


def _all(connection: Connection, condition: str, *values: Value) -> list[FileRow]:
    rows = connection.query(f"SELECT {_COLUMNS} FROM File WHERE {condition} ORDER BY ordinal, name", values)
    return [FileRow(*row) for row in rows]
