"""One thread per conversation: it owns the links to one peer and their delivery machine.

It carries bytes between sockets and machine, requests between machine and store, and dials when there
is a reason to. Everything else reaches it as a small task in its inbox, and a wake-up.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from chat.core.backoff import Backoff
from chat.core.journal import Arrival, Journal, Refusal, Resumed, outbox_rows
from chat.core.writer import Outcome, Writer
from chat.errors import ChatError, NetworkError, TrustError
from chat.net.certificates import Identity, fingerprint
from chat.net.connection import Connection, Poller
from chat.times import utc_now
from chat.wire.delivery import (
    Delivery,
    Link,
    LinkUp,
    MarkSent,
    Notice,
    ReadPositions,
    ReadRows,
    Request,
    Resume,
    Sent,
    Store,
    Violation,
)
from chat.wire.messages import Position
from chat.wire.peer import State
from db.errors import StorageError
from db.pool import Pool
from db.streams import find_outbound
from db.users import update_user

LINGER_S = 30.0


class Surroundings(Protocol):
    """What a conversation needs of the node. Every method may be called from any thread."""

    writer: Writer
    journal: Journal
    pool: Pool

    @property
    def own_fingerprint(self) -> str:
        """Decides who nominates."""

    @property
    def listening_port(self) -> int:
        """What HELLO tells the peer."""

    def may_dial(self, name: str) -> bool:
        """Whether the peer is worth trying now."""

    def dial(self, name: str) -> None:
        """Try, in a thread of its own; `connected` or `dial_failed` follows."""

    def arrived(self, arrivals: list[Arrival]) -> None:
        """These are on the disk."""

    def delivered(self, name: str, message_ids: list[bytes]) -> None:
        """These are on the peer's disk."""

    def trouble(self, name: str, message: str) -> None:
        """Something the person should know."""

    def try_to_end(self, conversation: "Conversation", *, anyway: bool) -> bool:
        """Take it out of the switchboard; without `anyway` only if nothing came in for it meanwhile."""


@dataclass(frozen=True)
class NewConnection:
    """A connection that has shaken hands; `link_id` if we dialled it, and what to call once it is settled."""

    identity: Identity
    connection: Connection
    link_id: bytes
    settled: Callable[[], None]


class Conversation:
    """Everything with one peer. `post` and the methods that use it are for other threads."""

    def __init__(self, name: str, surroundings: Surroundings) -> None:
        self.name = name
        self._around = surroundings
        self._poller = Poller()
        self._inbox: deque[Callable[[], None]] = deque()
        self._delivery: Delivery | None = None
        self._key = b""
        self._sockets: dict[Link, NewConnection] = {}
        self._backoff = Backoff()
        self._dialling = False
        self._undelivered: bool | None = None  # None: to be looked up
        self._idle_since = time.monotonic()
        self._ending = False
        self._told = ""
        self.thread = threading.Thread(target=self._run, name=f"conversation {name}", daemon=True)

    # For other threads

    def post(self, task: Callable[[], None]) -> None:
        """Have the conversation's thread run `task`."""
        self._inbox.append(task)
        self._poller.wake()

    def connected(self, new: NewConnection) -> None:
        """A connection to the peer is up, by whichever side."""
        self.post(lambda: self._add(new))

    def dial_failed(self, error: ChatError) -> None:
        """It was tried in vain."""
        self.post(lambda: self._dial_failed(error))

    def composed(self) -> None:
        """There is something for this peer in the outbox."""
        self.post(self._composed)

    def news(self) -> None:
        """The peer may be worth trying at once."""
        self.post(self._backoff.at_once)

    def end(self) -> None:
        """Hang up and end the thread."""
        self.post(self._end)

    @property
    def has_work(self) -> bool:
        """Whether something is in the inbox."""
        return bool(self._inbox)

    # The thread

    def _run(self) -> None:
        try:
            while not (self._ending or self._is_idle()) or not self._around.try_to_end(self, anyway=self._ending):
                ready = self._poller.wait([new.connection for new in self._sockets.values()], self._timeout())
                self._work_off()
                self._receive(ready)
                if self._delivery is not None:
                    self._delivery.tick(time.monotonic())
                    self._carry(self._delivery)
                self._dial_if_wanted()
        finally:
            self._around.try_to_end(self, anyway=True)
            self._work_off()
            for new in self._sockets.values():
                new.settled()
                self._poller.forget(new.connection)
                new.connection.close()
            self._poller.close()

    def _work_off(self) -> None:
        while self._inbox:
            self._inbox.popleft()()

    def _timeout(self) -> float | None:
        times = []
        if self._delivery is not None and self._delivery.next_tick is not None:
            times.append(self._delivery.next_tick)
        if not self._sockets and not self._dialling:
            times.append(self._idle_since + LINGER_S)
            if self._undelivered and self._around.may_dial(self.name):
                times.append(self._backoff.next_try)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _is_idle(self) -> bool:
        return not self._sockets and not self._dialling and time.monotonic() >= self._idle_since + LINGER_S

    def _receive(self, ready: list[Connection]) -> None:
        for link, new in list(self._sockets.items()):
            if new.connection not in ready or self._delivery is None:
                continue
            now = time.monotonic()
            try:
                data = new.connection.receive()
                if data:
                    self._delivery.receive_data(link, data, now)
                if link.protocol.state is not State.GREETING:
                    new.settled()
            except NetworkError:
                self._delivery.link_closed(link, now)
                self._hang_up(link)

    def _carry(self, delivery: Delivery) -> None:
        while requests := delivery.take_requests():
            for request in requests:
                self._ask_store(delivery, request)
        for link, new in list(self._sockets.items()):
            try:
                new.connection.queue(link.protocol.data_to_send())
                new.connection.flush()
                new.connection.wants_data = link.wants_data
            except NetworkError:
                delivery.link_closed(link, time.monotonic())
                self._hang_up(link)
        for notice in delivery.take_notices():
            self._tell(notice)
        for link in delivery.take_closing():
            self._hang_up(link)

    def _ask_store(self, delivery: Delivery, request: Request) -> None:
        name, journal, writer = self.name, self._around.journal, self._around.writer
        match request:
            case ReadRows():
                self._read_rows(delivery, request)
            case MarkSent(stream, n):
                writer.submit(lambda tx: journal.mark_sent(tx, name, stream, n), _ignored)
            case ReadPositions(link):
                writer.submit(
                    lambda tx: journal.positions(tx, name),
                    lambda outcome: self.post(lambda: self._positions_read(delivery, link, outcome)),
                )
            case Resume(link, positions):
                key = self._key
                writer.submit(
                    lambda tx: journal.resume(tx, name, key, positions),
                    lambda outcome: self.post(lambda: self._resumed(delivery, link, outcome)),
                )
            case Store(link, messages):
                address, now = self._address_of(link), utc_now()
                writer.submit(
                    lambda tx: journal.receive(tx, name, address, messages, now),
                    lambda outcome: self._stored(delivery, request, outcome),
                )

    def _read_rows(self, delivery: Delivery, request: ReadRows) -> None:
        try:
            with self._around.pool.borrow() as connection:
                rows = outbox_rows(connection, self.name, request.stream, request.after, request.count)
            delivery.rows_read(request.link, rows, more=len(rows) == request.count)
        except (StorageError, ChatError) as error:
            self._store_failed(delivery, request.link, error)

    # Answers of the store's writer

    def _positions_read(self, delivery: Delivery, link: Link, outcome: Outcome[tuple[Position, ...]]) -> None:
        try:
            delivery.positions_read(link, outcome.result())
        except ChatError as error:
            self._store_failed(delivery, link, error)

    def _resumed(self, delivery: Delivery, link: Link, outcome: Outcome[Resumed]) -> None:
        try:
            resumed = outcome.result()
        except ChatError as error:
            self._store_failed(delivery, link, error)
            return
        if resumed.sent_anew:
            self._around.trouble(self.name, resumed.sent_anew)
        delivery.resumed(link, resumed.held, resumed.confirmed)

    def _stored(self, delivery: Delivery, request: Store, outcome: Outcome[tuple[Position, list[Arrival]]]) -> None:
        """By the writer's thread: what was stored is shown even if this conversation ends meanwhile."""
        if outcome.error is None and outcome.value is not None:
            self._around.arrived(outcome.value[1])
        self.post(lambda: self._acknowledge(delivery, request, outcome))

    def _acknowledge(
        self, delivery: Delivery, request: Store, outcome: Outcome[tuple[Position, list[Arrival]]]
    ) -> None:
        try:
            held, _ = outcome.result()
        except ChatError as error:
            self._store_failed(delivery, request.link, error)
            return
        delivery.stored(request.link, request, held)

    def _store_failed(self, delivery: Delivery, link: Link, error: Exception) -> None:
        if not isinstance(error, Refusal):
            self._around.trouble(self.name, str(error))
        delivery.refused(link, time.monotonic())

    # Links

    def _add(self, new: NewConnection) -> None:
        self._dialling = False
        if self._delivery is None or new.identity.public_key != self._key:
            if self._delivery is not None:
                self._delivery.close(time.monotonic())
                self._carry(self._delivery)
            self._key = new.identity.public_key
            nominator = self._around.own_fingerprint < fingerprint(self._key)
            self._delivery = Delivery(nominator=nominator, port=self._around.listening_port)
        link = self._delivery.open_link(new.link_id, time.monotonic())
        self._sockets[link] = new

    def _hang_up(self, link: Link) -> None:
        new = self._sockets.pop(link, None)
        if new is None:
            return
        new.settled()
        with suppress(NetworkError):
            new.connection.queue(link.protocol.data_to_send())
            new.connection.flush()
        self._poller.forget(new.connection)
        new.connection.close()
        self._idle_since = time.monotonic()
        self._undelivered = None

    def _address_of(self, link: Link) -> tuple[str, int]:
        new = self._sockets.get(link)
        return (new.connection.remote_ip if new else "", link.port)

    def _tell(self, notice: Notice) -> None:
        match notice:
            case Sent(message_ids):
                self._backoff.reset()
                self._around.delivered(self.name, list(message_ids))
            case LinkUp(link, port):
                self._note_address(self._address_of(link)[0], port)
            case Violation(reason):
                self._around.trouble(self.name, f"{self.name} broke the protocol and was cut off: {reason}")

    def _note_address(self, ip: str, port: int) -> None:
        name = self.name
        if ip and port:
            self._around.writer.submit(lambda tx: update_user(tx, name, ip=ip, port=port), _ignored)

    # Dialling

    def _composed(self) -> None:
        self._undelivered = True
        self._idle_since = time.monotonic()
        if self._delivery is not None:
            self._delivery.composed()

    def _dial_if_wanted(self) -> None:
        if self._ending or self._sockets or self._dialling:
            return
        if self._undelivered is None:
            self._undelivered = self._look_up_undelivered()
        now = time.monotonic()
        if self._undelivered and now >= self._backoff.next_try and self._around.may_dial(self.name):
            self._backoff.failed(now)  # until the link shows progress
            self._dialling = True
            self._around.dial(self.name)

    def _look_up_undelivered(self) -> bool:
        try:
            with self._around.pool.borrow() as connection:
                row = find_outbound(connection, self.name)
        except StorageError as error:
            self._around.trouble(self.name, str(error))
            return False
        return row is not None and row.acked < row.last_seq

    def _dial_failed(self, error: ChatError) -> None:
        self._dialling = False
        self._idle_since = time.monotonic()
        if isinstance(error, TrustError) and str(error) != self._told:
            self._told = str(error)
            self._around.trouble(self.name, self._told)

    def _end(self) -> None:
        self._ending = True
        if self._delivery is not None:
            self._delivery.close(time.monotonic())


def _ignored(outcome: Outcome[None]) -> None:
    """For what the next HELLO would say again."""
