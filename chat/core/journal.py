"""What happens to the database, one method for each thing, run inside a transaction of the store's writer.

Each method may be run again after a transaction that failed or whose commit was lost, and then does
the same or nothing. One that raises a ChatError has written nothing. There is one Journal to a database,
and one thread that runs it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chat.core.composing import Composed, Composing, Draft
from chat.core.file_journal import DEFAULT_POLICY, Arrival, announce, attachment_of, note_offers
from chat.core.indexing import Indexer
from chat.core.room_book import place_lines
from chat.core.strangers import count_taken
from chat.errors import ChatError, RemoteProtocolError, UserError
from chat.wire.codec import MAX_TEXT_BYTES
from chat.wire.messages import MAX_POSITIONS, Body, Message, Position, body_codec, digest_of, encode_body
from chat.wire.pump import Row
from chat.wire.streams import (
    BadStream,
    Outbound,
    Renewal,
    advance,
    extend_chain,
    held_position,
    resume,
    start_of,
)
from db.connection import Connection
from db.messages import (
    TEXT,
    ReceiverRow,
    chain_at,
    insert_received,
    insert_sent,
    known_ids,
    last_ordinal,
    mark_sent,
    renumber,
    rows_to_renumber,
    stream_rows,
    unconfirmed_ids,
    written_ids,
)
from db.streams import (
    InboundRow,
    OutboundRow,
    find_inbound,
    find_outbound,
    keep_inbound,
    newest_inbound,
    put_inbound,
    put_outbound,
)
from db.users import find_user

RENUMBER_AT_ONCE = 1000


class Refusal(ChatError):
    """What a peer sent is not taken; the link ends without a word."""


@dataclass(frozen=True)
class Resumed:
    """Where the stream to a peer goes on; what that confirmed; and why rows go out anew, if they do."""

    held: Position
    confirmed: Sequence[bytes] = ()
    sent_anew: str = ""


class Journal:
    """The rules of delivery over the tables. `hidden` is set by the node: then nothing is taken."""

    def __init__(
        self, own_name: str, connection: Connection, *, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._own_name = own_name
        self._random_bytes = random_bytes
        self._ordinal = last_ordinal(connection)
        self.indexer = Indexer(own_name, connection)
        self.hidden = False
        self.policy = DEFAULT_POLICY

    def compose(self, tx: Connection, drafts: Sequence[Draft]) -> Composed:
        """Put what was written into the outbox, one pending row for each recipient of each draft."""
        composing = Composing(tx, self._new_stream)
        written = written_ids(tx, [draft.message_id for draft in drafts])
        errors: list[UserError | None] = []
        for draft in drafts:
            try:
                if draft.message_id not in written:
                    composing.add(draft, self._next_ordinal)
                errors.append(None)
            except UserError as error:
                errors.append(error)
        insert_sent(tx, composing.rows)
        for stream in composing.streams.values():
            put_outbound(tx, stream)
        for draft, file, ordinal in composing.files:
            announce(tx, file, ordinal, draft.message_id, draft.recipients, draft.time)
        self.indexer.stored(tx, self._ordinal, {row.ordinal: row.message for row in composing.rows}.values())
        return Composed(errors, composing.fresh)

    def receive(
        self, tx: Connection, name: str, address: tuple[str, int], messages: Sequence[Message], now: str
    ) -> tuple[Position, list[Arrival]]:
        """Keep messages of one of `name`'s streams: how far it is held then, and which of them are new.

        Raises Refusal for what is not taken: from someone blocked, while hidden, past a stranger's
        allowance, out of order, or damaged. Then nothing of it is stored; of what only in part goes past
        the allowance the rest is.
        """
        user = find_user(tx, name)
        if user is None or user.blocked or self.hidden:
            raise Refusal(f"Nothing is taken from {name} now.")
        stream = messages[0].stream
        held = find_inbound(tx, name, stream)
        before = Position(stream, held.n, held.chain) if held else start_of(stream)
        try:
            after, fresh = advance(before, messages)
            bodies = place_lines(tx, name, self._own_name, [self._checked_body(message) for message in fresh])
        except (BadStream, RemoteProtocolError) as error:
            raise Refusal(f"{name}: {error}") from None
        if not fresh:
            return after, []
        if not user.contact and (taken := count_taken(tx, name, fresh, bodies)) < len(fresh):
            if taken == 0:
                raise Refusal(f"{name}, who is no contact, has left all that a stranger may.")
            after, fresh = advance(before, fresh[:taken])
            bodies = bodies[:taken]
        arrivals = self._store(tx, name, address, fresh, bodies, now)
        put_inbound(tx, name, InboundRow(stream, after.n, after.chain), self._ordinal)
        if held is None:
            self._forget_old_streams(tx, name, stream)
        return after, arrivals

    def positions(self, tx: Connection, name: str) -> tuple[Position, ...]:
        """How far the newest of `name`'s streams are held."""
        return tuple(Position(row.stream, row.n, row.chain) for row in newest_inbound(tx, name, MAX_POSITIONS))

    def resume(self, tx: Connection, name: str, key: bytes, positions: Sequence[Position]) -> Resumed:
        """Where to go on with `name`, whose identity key is `key` and who holds `positions` of ours.

        Where that cannot follow on the current stream, a new one is opened and its rows renumbered;
        they keep their message_ids, by which the recipient drops what it has.
        """
        row = find_outbound(tx, name) or self._new_stream(name)
        held = held_position(row.stream, positions)
        own_chain = row.stream if held.n == 0 else chain_at(tx, name, row.stream, held.n)
        current = Outbound(row.stream, row.peer_key, row.last_seq, row.last_chain)
        renewal = resume(current, key, held, own_chain)
        if renewal is not None:
            stream, n = self._renew(tx, row, key, pending_only=renewal is Renewal.NEW_KEY)
            why = f"{n} messages go out anew: one of the two databases was set back" if n else ""
            return Resumed(start_of(stream), sent_anew="" if renewal is Renewal.NEW_KEY else why)
        confirmed = unconfirmed_ids(tx, name, row.stream, row.acked, held.n) if held.n > row.acked else []
        mark_sent(tx, name, row.stream, row.acked, held.n)
        put_outbound(tx, OutboundRow(name, row.stream, key, row.last_seq, row.last_chain, held.n))
        lost = row.acked - held.n
        why = f"{lost} messages go out anew: {name}'s database was set back" if lost > 0 else ""
        return Resumed(held, confirmed, why)

    def mark_sent(self, tx: Connection, name: str, stream: bytes, n: int) -> None:
        """`name` confirmed the stream up to `n`."""
        row = find_outbound(tx, name)
        if row is not None and row.stream == stream and n > row.acked:
            mark_sent(tx, name, stream, row.acked, n)
            put_outbound(tx, OutboundRow(name, stream, row.peer_key, row.last_seq, row.last_chain, n))

    def _checked_body(self, message: Message) -> Body:
        body = body_codec.decode(message.body)
        if (self._own_name not in body.to) if not body.room else body.to:
            raise BadStream("a message to others")
        if len(body.text.encode()) > MAX_TEXT_BYTES:
            raise BadStream(f"a text of over {MAX_TEXT_BYTES} bytes")
        if (body.kind == TEXT) != (body.file is None):
            raise BadStream("a text with a file, or a file without one")
        return body

    def _store(
        self,
        tx: Connection,
        name: str,
        address: tuple[str, int],
        messages: Sequence[Message],
        bodies: Sequence[Body],
        now: str,
    ) -> list[Arrival]:
        known = known_ids(tx, name, [message.message_id for message in messages])
        rows, arrivals = [], []
        for message, body in zip(messages, bodies, strict=True):
            if message.message_id in known:
                continue
            known.add(message.message_id)
            ordinal = self._next_ordinal()
            rows.append(
                ReceiverRow(
                    ordinal=ordinal,
                    name=name,
                    ip=address[0],
                    port=address[1],
                    message=body.text,
                    time=now,
                    claimed=body.time,
                    kind=body.kind,
                    recipients=body.room or ",".join(body.to),
                    message_id=message.message_id,
                    digest=message.digest,
                    room=body.room,
                )
            )
            arrivals.append(Arrival(ordinal, message.message_id, name, body, now))
        insert_received(tx, rows)
        note_offers(tx, self.policy, arrivals)
        self.indexer.stored(tx, self._ordinal, [arrival.body.text for arrival in arrivals])
        return arrivals

    def _forget_old_streams(self, tx: Connection, name: str, newest: bytes) -> None:
        """Only the newest are ever reported; a peer that opens them by the thousand fills no disk."""
        others = [row.stream for row in newest_inbound(tx, name, MAX_POSITIONS) if row.stream != newest]
        keep_inbound(tx, name, [newest, *others[: MAX_POSITIONS - 1]])

    def _renew(self, tx: Connection, old: OutboundRow, key: bytes, *, pending_only: bool) -> tuple[bytes, int]:
        stream = self._random_bytes(16)
        n, chain, after = 0, stream, 0
        while rows := rows_to_renumber(
            tx, old.name, old.stream, after=after, count=RENUMBER_AT_ONCE, pending_only=pending_only
        ):
            for ordinal, seq, message_id, digest, _ in rows:
                n, after = n + 1, seq
                chain = extend_chain(chain, message_id, digest)
                renumber(tx, old.name, ordinal, stream, n, chain)
        put_outbound(tx, OutboundRow(old.name, stream, key, n, chain, 0))
        return stream, n

    def _new_stream(self, name: str) -> OutboundRow:
        stream = self._random_bytes(16)
        return OutboundRow(name, stream, b"", 0, stream, 0)

    def _next_ordinal(self) -> int:
        self._ordinal += 1
        return self._ordinal


def outbox_rows(connection: Connection, name: str, stream: bytes, after: int, count: int) -> list[Row]:
    """Rows of a stream as they go on the wire. Refusal if one is not what its digest says."""
    rows = []
    for ordinal, seq, message_id, digest, chain, kind, text, recipients, time, room in stream_rows(
        connection, name, stream, after, count
    ):
        file = None if kind == TEXT else attachment_of(connection, ordinal, name)
        to = () if room else tuple(recipients.split(","))
        body = encode_body(kind, text, to, time, file, room)
        if digest_of(body) != digest:
            raise Refusal(f"Message {bytes(message_id).hex()} to {name} was changed in the database: it is not sent.")
        rows.append(Row(seq, bytes(message_id), bytes(digest), bytes(chain), body, file=file is not None))
    return rows
