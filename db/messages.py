"""Sender and Receiver: what this person wrote, one row per recipient, and what others wrote."""

from collections.abc import Sequence
from typing import NamedTuple

from db.connection import Connection, Row, Value

PENDING = "pending"
SENT = "sent"
TEXT = "text"


class SenderRow(NamedTuple):
    """A row of Sender. `recipients` are names separated by commas, or the room; times are ISO 8601 in UTC."""

    ordinal: int
    name: str
    ip: str
    port: int
    message: str
    status: str
    time: str
    kind: str
    recipients: str
    message_id: bytes
    digest: bytes
    stream: bytes
    seq: int
    chain: bytes
    room: str = ""


class ReceiverRow(NamedTuple):
    """A row of Receiver. `time` is when it arrived, `claimed` what the sender's clock said."""

    ordinal: int
    name: str
    ip: str
    port: int
    message: str
    time: str
    claimed: str
    kind: str
    recipients: str
    message_id: bytes
    digest: bytes
    room: str = ""


_INSERT_SENDER = (
    f"INSERT INTO Sender ({', '.join(SenderRow._fields)}) VALUES ({', '.join('?' * len(SenderRow._fields))})"
)
_INSERT_RECEIVER = (
    f"INSERT INTO Receiver ({', '.join(ReceiverRow._fields)}) VALUES ({', '.join('?' * len(ReceiverRow._fields))})"
)


def last_ordinal(connection: Connection) -> int:
    """The highest ordinal in use, 0 in an empty history."""
    highest = [connection.query(f"SELECT MAX(ordinal) FROM {table}")[0][0] or 0 for table in ("Sender", "Receiver")]
    return int(max(highest))


def insert_sent(connection: Connection, rows: Sequence[SenderRow]) -> None:
    """Store what was written."""
    connection.execute_many(_INSERT_SENDER, rows)


def insert_received(connection: Connection, rows: Sequence[ReceiverRow]) -> None:
    """Store what arrived."""
    connection.execute_many(_INSERT_RECEIVER, rows)


def written_ids(connection: Connection, message_ids: Sequence[bytes]) -> set[bytes]:
    """Which of these messages are in Sender already."""
    marks = ", ".join("?" * len(message_ids))
    rows = connection.query(f"SELECT message_id FROM Sender WHERE message_id IN ({marks})", message_ids)
    return {bytes(message_id) for (message_id,) in rows}


def has_written_to(connection: Connection, name: str) -> bool:
    """Whether there is a message to `name` in Sender."""
    return bool(connection.query("SELECT 1 FROM Sender WHERE name = ? LIMIT 1", (name,)))


def known_ids(connection: Connection, name: str, message_ids: Sequence[bytes]) -> set[bytes]:
    """Which of these messages of `name` are in Receiver already."""
    marks = ", ".join("?" * len(message_ids))
    rows = connection.query(
        f"SELECT message_id FROM Receiver WHERE message_id IN ({marks}) AND name = ?", (*message_ids, name)
    )
    return {bytes(message_id) for (message_id,) in rows}


def stream_rows(connection: Connection, name: str, stream: bytes, after: int, count: int) -> list[Row]:
    """At most `count` rows of a stream: (ordinal, seq, message_id, digest, chain, kind, …, room)."""
    return connection.query(
        "SELECT ordinal, seq, message_id, digest, chain, kind, message, recipients, time, room FROM Sender"
        f" WHERE name = ? AND stream = ? AND seq > ? ORDER BY seq LIMIT {int(count)}",
        (name, stream, after),
    )


def chain_at(connection: Connection, name: str, stream: bytes, seq: int) -> bytes | None:
    """Our chain at one number of a stream, None if there is no such row."""
    rows = connection.query("SELECT chain FROM Sender WHERE name = ? AND stream = ? AND seq = ?", (name, stream, seq))
    return bytes(rows[0][0]) if rows else None


def unconfirmed_ids(connection: Connection, name: str, stream: bytes, after: int, up_to: int) -> list[bytes]:
    """The ids of the texts of a stream in (after, up_to] that are still pending."""
    rows = connection.query(
        "SELECT message_id FROM Sender"
        " WHERE name = ? AND stream = ? AND seq > ? AND seq <= ? AND status = ? AND kind = ? ORDER BY seq",
        (name, stream, after, up_to, PENDING, TEXT),
    )
    return [bytes(message_id) for (message_id,) in rows]


def mark_sent(connection: Connection, name: str, stream: bytes, after: int, up_to: int) -> None:
    """The texts of a stream in (after, up_to] are on the recipient's disk; a file is sent when it is done."""
    connection.execute(
        "UPDATE Sender SET status = ?"
        " WHERE name = ? AND stream = ? AND seq > ? AND seq <= ? AND status = ? AND kind = ?",
        (SENT, name, stream, after, up_to, PENDING, TEXT),
    )


def set_status(connection: Connection, name: str, ordinal: int, status: str) -> None:
    """What became of one row whose message is a file."""
    connection.execute("UPDATE Sender SET status = ? WHERE ordinal = ? AND name = ?", (status, ordinal, name))


def rows_to_renumber(
    connection: Connection, name: str, stream: bytes, *, after: int, count: int, pending_only: bool
) -> list[Row]:
    """At most `count` rows of a stream in order: (ordinal, seq, message_id, digest, status)."""
    condition, values = "", list[Value]((name, stream, after))
    if pending_only:
        condition = " AND status = ?"
        values.append(PENDING)
    return connection.query(
        "SELECT ordinal, seq, message_id, digest, status FROM Sender"
        f" WHERE name = ? AND stream = ? AND seq > ?{condition} ORDER BY seq LIMIT {int(count)}",
        values,
    )


def renumber(connection: Connection, name: str, ordinal: int, stream: bytes, seq: int, chain: bytes) -> None:
    """Move one row into another stream."""
    connection.execute(
        "UPDATE Sender SET stream = ?, seq = ?, chain = ? WHERE ordinal = ? AND name = ?",
        (stream, seq, chain, ordinal, name),
    )


def received_from(connection: Connection, name: str) -> tuple[int, int]:
    """How many messages of `name` there are outside of rooms, and their bytes."""
    rows = connection.query(
        "SELECT COUNT(*), COALESCE(SUM(OCTET_LENGTH(message)), 0) FROM Receiver WHERE name = ? AND room = ''", (name,)
    )
    return int(rows[0][0]), int(rows[0][1])
