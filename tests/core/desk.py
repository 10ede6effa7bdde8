"""Alice's database and journal, and letters to put before it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chat.core.composing import Draft
from chat.core.journal import Journal, Resumed
from chat.wire.messages import Message, Position, digest_of, encode_body
from chat.wire.streams import extend_chain, start_of
from db.connection import Connection, Database, transaction
from db.streams import find_outbound
from db.users import update_user
from tests.db.rows import TIME, client_connection, number

T = TypeVar("T")

FROM = ("192.0.2.7", 4711)
NOW = "2026-02-01T00:00:00.000Z"
THEIR_STREAM = number(7)
KEY, OTHER_KEY = number(50, 32), number(51, 32)


class Desk:
    """Alice's database and journal; bob and carol are her contacts."""

    def __init__(self, database: Database) -> None:
        self.line = client_connection(database)
        for name in ("bob", "carol"):
            update_user(self.line, name, contact=1)
        self.open()

    def open(self) -> None:
        """As at a start of the program."""
        self.journal = Journal("alice", self.line)

    def do(self, job: Callable[[Connection], T]) -> T:
        with transaction(self.line) as tx:
            return job(tx)

    def compose(self, text: str, *names: str, message_id: bytes = b"") -> Draft:
        draft = Draft(message_id or number(self.rows("Sender") + 1), names or ("bob",), text, TIME)
        (error,) = self.do(lambda tx: self.journal.compose(tx, [draft])).errors
        if error is not None:
            raise error
        return draft

    def receive(self, messages: Sequence[Message], name: str = "bob") -> tuple[Position, list[str]]:
        held, arrivals = self.do(lambda tx: self.journal.receive(tx, name, FROM, messages, NOW))
        return held, [arrival.body.text for arrival in arrivals]

    def resume(self, *positions: Position, key: bytes = KEY) -> Resumed:
        return self.do(lambda tx: self.journal.resume(tx, "bob", key, positions))

    def acknowledge(self, n: int) -> None:
        stream = self.stream("bob")
        self.do(lambda tx: self.journal.mark_sent(tx, "bob", stream, n))

    def stream(self, name: str) -> bytes:
        row = find_outbound(self.line, name)
        assert row is not None
        return row.stream

    def position(self, n: int) -> Position:
        """What bob reports who holds the first n."""
        stream = self.stream("bob")
        if n == 0:
            return start_of(stream)
        chain = self.line.query("SELECT chain FROM Sender WHERE name = 'bob' AND stream = ? AND seq = ?", (stream, n))
        return Position(stream, n, chain[0][0])

    def rows(self, table: str) -> int:
        return int(self.line.query(f"SELECT COUNT(*) FROM {table}")[0][0])

    def outbox(self, name: str = "bob") -> list[tuple[int, bytes, str]]:
        """(seq, message_id, status) of the current stream."""
        return [
            (seq, message_id, status)
            for seq, message_id, status in self.line.query(
                "SELECT seq, message_id, status FROM Sender WHERE name = ? AND stream = ? ORDER BY seq",
                (name, self.stream(name)),
            )
        ]

    def everything(self) -> list[Any]:
        tables = ("Sender ORDER BY ordinal, name", "Receiver ORDER BY ordinal", "Outbound ORDER BY name", "Inbound")
        return [self.line.query(f"SELECT * FROM {table}") for table in tables]


def letter(seq: int, text: str = "", *, stream: bytes = THEIR_STREAM, to: tuple[str, ...] = ("alice",)) -> Message:
    body = encode_body("text", text or f"letter {seq}", to, TIME)
    return Message(stream, seq, number(100 + seq), digest_of(body), body)


def letters(first: int, last: int, stream: bytes = THEIR_STREAM) -> list[Message]:
    return [letter(seq, stream=stream) for seq in range(first, last + 1)]


def position_after(messages: Sequence[Message]) -> Position:
    stream = messages[0].stream
    chain = stream
    for message in messages:
        chain = extend_chain(chain, message.message_id, message.digest)
    return Position(stream, messages[-1].seq, chain)
