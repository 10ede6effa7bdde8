"""Block and Word: the history in blocks of many messages, and which words are in which of them.

Blocks follow on each other from the first message on; the newest messages, which do not fill a block
yet, are in none. In a block all words that start alike are one row, and the rows of one start lie next
to each other: a word is looked up by reading on in one place, with the same plain SQL on both engines,
whatever a server's own full-text settings are.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from db.connection import Connection, Value

MAX_ORDINAL = 2**63 - 1


class Block(NamedTuple):
    """A row of Block: ordinals, and times in ISO 8601 in UTC, which need not grow with the ordinals."""

    first: int
    last: int
    first_time: str
    last_time: str


class Words(NamedTuple):
    """A row of Word; `places` is the caller's to read."""

    start: str
    block: int
    places: bytes


def last_in_blocks(connection: Connection) -> int:
    """The ordinal of the newest message that is in a block; 0 where there is none."""
    return int(connection.query("SELECT MAX(last) FROM Block")[0][0] or 0)


def find_blocks(
    connection: Connection, *, before: str = "", after: str = "", below: int = MAX_ORDINAL, count: int = MAX_ORDINAL
) -> list[Block]:
    """The blocks that may have messages between two times, the newest first; no time, no bound.

    With `below` only those that start below that ordinal, with `count` so many at most.
    """
    conditions, values = ["first < ?"], list[Value]([below])
    if before:
        conditions.append("first_time < ?")
        values.append(before)
    if after:
        conditions.append("last_time >= ?")
        values.append(after)
    where = " AND ".join(conditions)
    rows = connection.query(
        f"SELECT first, last, first_time, last_time FROM Block WHERE {where} ORDER BY first DESC LIMIT {int(count)}",
        values,
    )
    return [Block(*row) for row in rows]


def block_of(connection: Connection, ordinal: int) -> Block | None:
    """The block that a message is in, None if it is in none yet."""
    rows = connection.query(
        "SELECT first, last, first_time, last_time FROM Block WHERE first <= ? ORDER BY first DESC LIMIT 1", (ordinal,)
    )
    return Block(*rows[0]) if rows and rows[0][1] >= ordinal else None


def insert_block(connection: Connection, block: Block, words: Iterable[tuple[str, bytes]]) -> None:
    """Store a block and its words, each a start and its places."""
    connection.execute("INSERT INTO Block (first, last, first_time, last_time) VALUES (?, ?, ?, ?)", block)
    connection.execute_many(
        "INSERT INTO Word (start, block, places) VALUES (?, ?, ?)",
        [Words(start, block.first, places) for start, places in words],
    )


def put_words(connection: Connection, words: Words) -> None:
    """Store a row of Word in place of the one that is there, if one is."""
    update = "UPDATE Word SET places = ? WHERE start = ? AND block = ?"
    if not connection.execute(update, (words.places, words.start, words.block)):
        connection.execute("INSERT INTO Word (start, block, places) VALUES (?, ?, ?)", words)


def find_words(connection: Connection, starts: Sequence[str], first: int, last: int) -> list[Words]:
    """The rows with one of these starts in the blocks from `first` to `last`."""
    if not starts:
        return []
    rows = connection.query(
        f"SELECT start, block, places FROM Word WHERE start IN ({', '.join('?' * len(starts))})"
        " AND block >= ? AND block <= ?",
        (*starts, first, last),
    )
    return [Words(start, block, bytes(places)) for start, block, places in rows]


def find_starts(connection: Connection, beginning: str) -> list[str]:
    """The starts that begin so: one step in the index for each, however many rows they have."""
    starts: list[str] = []
    lowest = connection.query("SELECT MIN(start) FROM Word WHERE start >= ?", (beginning,))[0][0]
    while lowest is not None and lowest.startswith(beginning):
        starts.append(lowest)
        lowest = connection.query("SELECT MIN(start) FROM Word WHERE start > ?", (lowest,))[0][0]
    return starts
