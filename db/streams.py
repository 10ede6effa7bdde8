"""Outbound and Inbound: how far each stream was written, confirmed and held."""

from collections.abc import Sequence
from typing import NamedTuple

from db.connection import Connection


class OutboundRow(NamedTuple):
    """The current stream to one recipient."""

    name: str
    stream: bytes
    peer_key: bytes
    last_seq: int
    last_chain: bytes
    acked: int


class InboundRow(NamedTuple):
    """How far a stream of somebody's is held."""

    stream: bytes
    n: int
    chain: bytes


def find_outbound(connection: Connection, name: str) -> OutboundRow | None:
    """The current stream to `name`."""
    rows = connection.query(
        "SELECT name, stream, peer_key, last_seq, last_chain, acked FROM Outbound WHERE name = ?", (name,)
    )
    return OutboundRow(*rows[0]) if rows else None


def put_outbound(connection: Connection, row: OutboundRow) -> None:
    """Store it, in place of the one before."""
    values = row.stream, row.peer_key, row.last_seq, row.last_chain, row.acked
    update = "UPDATE Outbound SET stream = ?, peer_key = ?, last_seq = ?, last_chain = ?, acked = ? WHERE name = ?"
    if not connection.execute(update, (*values, row.name)):
        connection.execute(
            "INSERT INTO Outbound (stream, peer_key, last_seq, last_chain, acked, name) VALUES (?, ?, ?, ?, ?, ?)",
            (*values, row.name),
        )


def names_with_pending(connection: Connection) -> list[str]:
    """Everyone for whom something is still to be confirmed."""
    rows = connection.query("SELECT name FROM Outbound WHERE acked < last_seq ORDER BY name")
    return [str(name) for (name,) in rows]


def newest_inbound(connection: Connection, name: str, count: int) -> list[InboundRow]:
    """The streams of `name` that were written to last, the newest first."""
    rows = connection.query(
        f"SELECT stream, n, chain FROM Inbound WHERE name = ? ORDER BY ordinal DESC LIMIT {int(count)}", (name,)
    )
    return [InboundRow(*row) for row in rows]


def find_inbound(connection: Connection, name: str, stream: bytes) -> InboundRow | None:
    """How far that stream is held."""
    rows = connection.query("SELECT stream, n, chain FROM Inbound WHERE name = ? AND stream = ?", (name, stream))
    return InboundRow(*rows[0]) if rows else None


def put_inbound(connection: Connection, name: str, row: InboundRow, ordinal: int) -> None:
    """Store it, in place of the one before."""
    values = row.n, row.chain, ordinal, name, row.stream
    if not connection.execute("UPDATE Inbound SET n = ?, chain = ?, ordinal = ? WHERE name = ? AND stream = ?", values):
        connection.execute("INSERT INTO Inbound (n, chain, ordinal, name, stream) VALUES (?, ?, ?, ?, ?)", values)


def keep_inbound(connection: Connection, name: str, streams: Sequence[bytes]) -> None:
    """Forget all streams of `name` but these."""
    marks = ", ".join("?" * len(streams))
    connection.execute(f"DELETE FROM Inbound WHERE name = ? AND stream NOT IN ({marks})", (name, *streams))
