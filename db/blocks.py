"""Block and Word: the history in blocks of about a thousand messages, and which words are in which of them.

Blocks follow on each other from the first message on; the newest messages, which do not fill a block
yet, are in none. A database has few blocks, and a word's place in one is a single row: to look words up
is the same plain SQL on both engines, whatever a server's own full-text settings are.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from db.connection import Connection, Value

MAX_ORDINAL = 2**63 - 1
_AFTER_ALL = "\U0010ffff"  # sorts behind every start


class Block(NamedTuple):
    """A row of Block: ordinals, and times in ISO 8601 in UTC, which need not grow with the ordinals."""

    first: int
    last: int
    first_time: str
    last_time: str


class Words(NamedTuple):
    """A row of Word; `places` is the caller's to read."""

    block: int
    start: str
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
        "INSERT INTO Word (block, start, places) VALUES (?, ?, ?)",
        [Words(block.first, start, places) for start, places in words],
    )


def put_words(connection: Connection, words: Words) -> None:
    """Store a row of Word in place of the one that is there, if one is."""
    update = "UPDATE Word SET places = ? WHERE block = ? AND start = ?"
    if not connection.execute(update, (words.places, words.block, words.start)):
        connection.execute("INSERT INTO Word (block, start, places) VALUES (?, ?, ?)", words)


def find_words(connection: Connection, blocks: Sequence[int], start: str, *, longer: bool = False) -> list[Words]:
    """The rows with that start in these blocks; with `longer` those too whose start only starts so."""
    if not blocks:
        return []
    numbers = ", ".join(str(int(block)) for block in blocks)
    condition, values = ("start >= ? AND start < ?", [start, start + _AFTER_ALL]) if longer else ("start = ?", [start])
    rows = connection.query(f"SELECT block, start, places FROM Word WHERE block IN ({numbers}) AND {condition}", values)
    return [Words(block, start, bytes(places)) for block, start, places in rows]
