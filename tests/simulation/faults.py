"""The rules of delivery, each broken on purpose: how we know that the simulation can fail.

Every fault replaces one method by a version that a hurried hand might have written.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chat.core import journal
from chat.core.journal import Journal
from chat.core.writer import _attempt
from chat.wire import pump
from chat.wire.delivery import Delivery
from chat.wire.effects import Link, MarkSent, Sent
from chat.wire.messages import Ack, Message, Nominate, Position
from chat.wire.pump import Pump
from chat.wire.streams import Renewal, extend_chain
from db import messages, streams, users

Fault = Callable[[pytest.MonkeyPatch], None]


def sent_when_written(patch: pytest.MonkeyPatch) -> None:
    """A message counts as sent once it is written to the socket."""
    original = Delivery.rows_read

    def rows_read(self: Delivery, link: Link, rows: Sequence[pump.Row], *, more: bool) -> None:
        original(self, link, rows, more=more)
        if rows and link.pump:
            self._notices.append(Sent([row.message_id for row in rows]))
            self._requests.append(MarkSent(link.pump.held.stream, rows[-1].seq))

    patch.setattr(Delivery, "rows_read", rows_read)


def acknowledged_before_the_disk(patch: pytest.MonkeyPatch) -> None:
    """ACK goes out when a message is read, not when it is stored."""
    original = Delivery._arrived
    held: dict[bytes, Position] = {}

    def arrived(self: Delivery, link: Link, run: Sequence[Message]) -> None:
        batch = list(run)
        original(self, link, batch)
        for message in batch:
            before = held.get(message.stream, Position(message.stream, 0, message.stream))
            if message.seq == before.n + 1:
                chain = extend_chain(before.chain, message.message_id, message.digest)
                held[message.stream] = Position(message.stream, message.seq, chain)
        now = held.get(batch[-1].stream)
        if now:
            link.protocol.send(Ack(now.stream, now.n, now.chain))

    patch.setattr(Delivery, "_arrived", arrived)


def no_memory_of_ids(patch: pytest.MonkeyPatch) -> None:
    """A message that comes again in another stream is stored again."""
    patch.setattr("chat.core.journal.known_ids", lambda *_: set())

    def insert(tx: Any, rows: Sequence[Any]) -> None:
        tx.execute("DROP INDEX IF EXISTS receiver_message")
        messages.insert_received(tx, rows)

    patch.setattr("chat.core.journal.insert_received", insert)


def no_chain(patch: pytest.MonkeyPatch) -> None:
    """Positions are compared by number alone."""

    def resume(outbound: Any, key: bytes, held: Position, own_chain: bytes | None) -> Renewal | None:
        return Renewal.NEW_KEY if outbound.key and outbound.key != key else None

    patch.setattr(journal, "resume", resume)
    original = Pump.acknowledged

    def acknowledged(self: Pump, ack: Ack) -> list[bytes]:
        place = ack.n - self.held.n - 1
        if 0 <= place < len(self._in_flight):
            ack = Ack(ack.stream, ack.n, self._in_flight[place].chain)
        return original(self, ack)

    patch.setattr(Pump, "acknowledged", acknowledged)


def only_pending_again(patch: pytest.MonkeyPatch) -> None:
    """What is marked as sent is never sent again, though the recipient was set back."""
    original = messages.stream_rows

    def stream_rows(connection: Any, name: str, stream: bytes, after: int, count: int) -> list[Any]:
        rows = original(connection, name, stream, after, count)
        pending = connection.query("SELECT seq FROM Sender WHERE name = ? AND status = 'pending'", (name,))
        return [row for row in rows if (row[0],) in pending]

    patch.setattr(journal, "stream_rows", stream_rows)


def taken_while_blocked(patch: pytest.MonkeyPatch) -> None:
    """Blocking hides a contact, and stores what comes all the same."""

    def find_user(connection: Any, name: str) -> Any:
        user = users.find_user(connection, name)
        return user and dataclasses.replace(user, blocked=False)

    patch.setattr("chat.core.journal.find_user", find_user)
    patch.setattr("chat.core.trust.find_user", find_user)


def taken_while_hidden(patch: pytest.MonkeyPatch) -> None:
    """Hiding closes the door, and stores what is still on its way in."""
    patch.setattr(Journal, "hidden", property(lambda _: False, lambda *_: None), raising=False)


def nominee_hangs_up_too(patch: pytest.MonkeyPatch) -> None:
    """Both sides close the links that they do not use."""
    original = Delivery._handle

    def handle(self: Delivery, link: Link, message: Any, now: float) -> None:
        original(self, link, message, now)
        if isinstance(message, Nominate):
            for other in list(self.links):
                if other is not link:
                    self._close(other, now)

    patch.setattr(Delivery, "_handle", handle)


def no_pump_after_hello(patch: pytest.MonkeyPatch) -> None:
    """Sending starts with the next message that is written, not with the link."""

    def resumed(self: Delivery, link: Link, held: Position, confirmed: Sequence[bytes] = ()) -> None:
        link.pump = Pump(held)

    patch.setattr(Delivery, "resumed", resumed)


def out_of_order(patch: pytest.MonkeyPatch) -> None:
    """A batch is stored in the order of its ids."""
    original = Journal._store

    def store(self: Journal, tx: Any, name: str, address: Any, fresh: Any, bodies: Any, now: str) -> Any:
        both = sorted(zip(fresh, bodies, strict=True), key=lambda pair: bytes(pair[0].message_id))
        return original(self, tx, name, address, [m for m, _ in both], [b for _, b in both], now)

    patch.setattr(Journal, "_store", store)


def gaps_are_fine(patch: pytest.MonkeyPatch) -> None:
    """Whatever number comes is taken as the next."""
    original = Pump.messages_to_send

    def messages_to_send(self: Pump) -> list[Message]:
        return original(self)[-1:]

    def advance(held: Position, batch: Sequence[Message]) -> Any:
        n, chain, fresh = held.n, held.chain, []
        for message in batch:
            if message.seq > n:
                n, chain = message.seq, extend_chain(chain, message.message_id, message.digest)
                fresh.append(message)
        return Position(held.stream, n, chain), fresh

    patch.setattr(Pump, "messages_to_send", messages_to_send)
    patch.setattr(journal, "advance", advance)


def last_recipient_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Of several recipients, one gets no row."""

    def insert(tx: Any, rows: Sequence[Any]) -> None:
        messages.insert_sent(tx, rows[:-1] if len(rows) > 1 else rows)

    patch.setattr("chat.core.journal.insert_sent", insert)


def told_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """Outcomes are told while the transaction is still open; the kill comes in between."""

    def commit(connection: Any, batch: Sequence[Any]) -> None:
        connection.begin()
        outcomes = [_attempt(job, connection) for job, _ in batch]
        connection.rollback()
        for (_, done), outcome in zip(batch, outcomes, strict=True):
            done(outcome)

    patch.setattr("tests.simulation.person.commit", commit)


def own_memory_over_hello(patch: pytest.MonkeyPatch) -> None:
    """Sending goes on after what was acknowledged once, whatever the peer says that it holds."""
    original = Journal.resume

    def resume(self: Journal, tx: Any, name: str, key: bytes, positions: Sequence[Position]) -> Any:
        row = streams.find_outbound(tx, name)
        if row is not None and row.acked and not any(p.stream == row.stream for p in positions):
            chain = messages.chain_at(tx, name, row.stream, row.acked)
            positions = (*positions, Position(row.stream, row.acked, chain or b""))
        return original(self, tx, name, key, positions)

    patch.setattr(Journal, "resume", resume)


def pending_only_after_set_back(patch: pytest.MonkeyPatch) -> None:
    """A new stream has what is pending, though the other database may lack what was sent."""
    original = Journal._renew

    def renew(self: Journal, tx: Any, old: Any, key: bytes, *, pending_only: bool) -> Any:
        return original(self, tx, old, key, pending_only=True)

    patch.setattr(Journal, "_renew", renew)


def mark_tried_once(patch: pytest.MonkeyPatch) -> None:
    """What was acknowledged is marked once, whether the database took it or not."""
    patch.setattr(Delivery, "not_marked", lambda *_: None)


FAULTS: tuple[Fault, ...] = (
    sent_when_written,
    acknowledged_before_the_disk,
    no_memory_of_ids,
    no_chain,
    only_pending_again,
    taken_while_blocked,
    taken_while_hidden,
    nominee_hangs_up_too,
    no_pump_after_hello,
    out_of_order,
    gaps_are_fine,
    last_recipient_forgotten,
    told_before_the_commit,
    own_memory_over_hello,
    pending_only_after_set_back,
    mark_tried_once,
)
