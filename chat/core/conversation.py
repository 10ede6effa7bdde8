"""One thread per conversation: it owns the links to one peer and their delivery machine.

It carries bytes between sockets and machine, requests between machine and store, and dials when there
is a reason to. Everything else reaches it as a small task in its inbox, and a wake-up.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chat.core.carrier import Carrier
from chat.core.composing import Fresh
from chat.core.redial import Redial
from chat.core.surroundings import NewConnection, Surroundings
from chat.core.writer import Outcome
from chat.errors import ChatError, ClockError, NetworkError, TrustError
from chat.net.certificates import fingerprint
from chat.net.connection import Connection, Poller
from chat.net.threads import DaemonThread, report_fault
from chat.times import utc_now
from chat.wire.delivery import Delivery
from chat.wire.effects import AboutFile, Link, LinkUp, MarkSent, Notice, ReadRows, Request, Sent, Store, Violation
from chat.wire.messages import FileMessage, Want
from chat.wire.peer import State
from db.connection import Connection as Transaction
from db.files import has_unfinished_files
from db.privacy import names_to_tell, note_wishes
from db.streams import find_outbound
from db.users import update_user


class Conversation:
    """Everything with one peer. `post` and the methods that use it are for other threads."""

    def __init__(self, name: str, surroundings: Surroundings) -> None:
        self.name = name
        self._around = surroundings
        self._poller = Poller()
        self._inbox: deque[Callable[[], None]] = deque()
        self._carrier: Carrier | None = None
        self._key = b""
        self._sockets: dict[Link, NewConnection] = {}
        self._redial = Redial(time.monotonic())
        self._ending = False
        self.thread = DaemonThread(self._run, f"conversation {name}")

    def start(self) -> None:
        """Begin. RuntimeError if the system has no more threads."""
        try:
            self.thread.start()
        except RuntimeError:
            self._poller.close()
            raise

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

    def composed(self, fresh: Fresh | None = None) -> None:
        """There is something for this peer in the outbox: these rows, or it is not said what."""
        self.post(lambda: self._composed(fresh))

    def news(self) -> None:
        """The peer may be worth trying at once."""
        self.post(self._redial.backoff.at_once)

    def tell(self, message: FileMessage) -> None:
        """Say something about a file, if there is a link."""
        self.post(lambda: self._tell_peer(message))

    def fetch(self, message_id: bytes) -> None:
        """Have a transfer connection opened by whoever opened the link, if there is one."""
        self.post(lambda: self._fetch(message_id))

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
            while not (self._ending or self._may_end()) or not self._around.try_to_end(self, anyway=self._ending):
                ready = self._poller.wait([new.connection for new in self._sockets.values()], self._timeout())
                self._work_off()
                if self._carrier is not None:
                    self._receive(self._carrier.delivery, ready)
                    self._carrier.delivery.tick(time.monotonic())
                    self._carry(self._carrier)
                self._dial_if_wanted()
        finally:
            self._around.try_to_end(self, anyway=True)
            while self._inbox or self._sockets:
                try:
                    self._work_off()  # connections may be among it
                    for link in list(self._sockets):
                        self._hang_up(link)
                except Exception:  # noqa: BLE001 - what is left is given back all the same
                    report_fault()
            self._poller.close()

    def _work_off(self) -> None:
        while self._inbox:
            self._inbox.popleft()()

    def _timeout(self) -> float | None:
        delivery = self._carrier.delivery.next_tick if self._carrier else None
        redial = self._redial.next_tick(linked=bool(self._sockets), hope=self._around.may_dial(self.name))
        tick = min((tick for tick in (delivery, redial) if tick is not None), default=None)
        return None if tick is None else max(0.0, tick - time.monotonic())

    def _may_end(self) -> bool:
        hope = self._around.may_dial(self.name)
        return self._redial.may_end(time.monotonic(), linked=bool(self._sockets), hope=hope)

    def _receive(self, delivery: Delivery, ready: list[Connection]) -> None:
        for link, new in list(self._sockets.items()):
            if new.connection not in ready or not new.connection.wants_data:
                continue  # there may only be room for what is still to be sent
            now = time.monotonic()
            try:
                delivery.receive_data(link, new.connection.receive(), now)
                if link.protocol.state is not State.GREETING:
                    new.settled()
            except NetworkError:
                delivery.link_closed(link, now)

    def _carry(self, carrier: Carrier) -> None:
        delivery = carrier.delivery
        self._ask(carrier)
        while broken := [link for link, new in self._sockets.items() if not self._flush(link, new)]:
            for link in broken:
                delivery.link_closed(link, time.monotonic())
            self._ask(carrier)  # it leaves what it confirmed, and what another link goes on with
        for notice in delivery.take_notices():
            self._tell(notice)
        delivery.take_closing()  # they are closed as those that broke are
        for link in [link for link in self._sockets if link.protocol.state is State.CLOSED]:
            self._hang_up(link)

    def _flush(self, link: Link, new: NewConnection) -> bool:
        """Send what goes now; False if the link broke just now."""
        was_closed = link.protocol.state is State.CLOSED
        try:
            new.connection.queue(link.protocol.data_to_send())
            new.connection.flush()
            new.connection.wants_data = link.wants_data
        except NetworkError:
            return was_closed
        return True

    def _ask(self, carrier: Carrier) -> None:
        while requests := carrier.delivery.take_requests():
            for request in requests:
                self._ask_store(carrier, request)

    def _ask_store(self, carrier: Carrier, request: Request) -> None:
        if isinstance(request, ReadRows):
            carrier.read(request, self._around.pool.borrow, time.monotonic())
            return

        def done(outcome: Outcome[Any]) -> None:
            """By the writer's thread: what was stored is shown even if this conversation ends meanwhile."""
            if isinstance(request, Store) and outcome.error is None:
                self._around.arrived(outcome.result()[1])
            self.post(lambda: carrier.answer(request, outcome, time.monotonic()))

        address = ("", 0) if isinstance(request, MarkSent) else self._address_of(request.link)
        self._around.writer.submit(carrier.job(request, address, utc_now()), done)

    # Links

    def _add(self, new: NewConnection) -> None:
        if new.link_id:
            self._redial.tried()
        if self._carrier is None or new.identity.public_key != self._key:
            self._carrier = self._begin(new.identity.public_key)
        link = self._carrier.delivery.open_link(new.link_id, time.monotonic())
        self._sockets[link] = new

    def _begin(self, key: bytes) -> Carrier:
        """A machine for a peer whose key we have not seen in this conversation yet."""
        for link in list(self._sockets):
            self._hang_up(link)
        nominator = self._around.own_fingerprint < fingerprint(key)
        delivery = Delivery(nominator=nominator, port=self._around.listening_port, exportable=self._around.exportable)
        self._key = key
        return Carrier(self.name, key, delivery, self._around.journal, self._trouble)

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
        self._look_up_undelivered()

    def _address_of(self, link: Link) -> tuple[str, int]:
        new = self._sockets.get(link)
        return (new.connection.remote_ip if new else "", link.port)

    def _tell(self, notice: Notice) -> None:
        match notice:
            case Sent(message_ids):
                self._redial.backoff.reset()
                self._around.delivered(self.name, list(message_ids))
            case LinkUp(link, port):
                self._note(link, port)
                self._around.linked(self.name)
            case AboutFile(message):
                self._around.about_file(self.name, message)
            case Violation(reason):
                self._trouble(f"{self.name} broke the protocol and was cut off: {reason}")

    def _note(self, link: Link, port: int) -> None:
        """What the peer's HELLO said."""
        name, ip = self.name, self._address_of(link)[0]
        if ip and port:
            self._around.writer.submit(lambda tx: update_user(tx, name, ip=ip, port=port), _ignored)
        wishes = {"exportable": link.exportable, "told": link.told}
        self._around.writer.submit(lambda tx: note_wishes(tx, name, **wishes), _ignored)

    def _tell_peer(self, message: FileMessage) -> None:
        if self._carrier is not None:
            self._carrier.delivery.tell(message)

    def _fetch(self, message_id: bytes) -> None:
        if self._carrier is None or self._carrier.delivery.current is None:
            return
        if self._carrier.delivery.current.dialled:
            self._around.fetch_by_dialling(self.name, message_id)
        else:
            self._carrier.delivery.tell(Want(message_id))

    def _trouble(self, message: str) -> None:
        self._around.trouble(self.name, message)

    # Dialling

    def _composed(self, fresh: Fresh | None) -> None:
        self._redial.composed(time.monotonic())
        if self._carrier is not None:
            self._carrier.composed(fresh)

    def _dial_if_wanted(self) -> None:
        hope = not self._ending and self._around.may_dial(self.name)
        if self._redial.takes_turn(time.monotonic(), linked=bool(self._sockets), hope=hope):
            self._around.dial(self.name)

    def _look_up_undelivered(self) -> None:
        """Ask the store's writer, after what was handed to it: a confirmation on its way counts."""
        name = self.name
        self._redial.look_up(time.monotonic())

        def look_up(tx: Transaction) -> bool:
            row = find_outbound(tx, name)
            undelivered = (row is not None and row.acked < row.last_seq) or has_unfinished_files(tx, name)
            return undelivered or name in names_to_tell(tx, exportable=self._around.exportable)

        def done(outcome: Outcome[bool]) -> None:
            self.post(lambda: self._redial.looked_up(outcome.value is not False))  # not known: nobody else would try

        self._around.writer.submit(look_up, done)

    def _dial_failed(self, error: ChatError) -> None:
        self._redial.tried()
        self._look_up_undelivered()
        if isinstance(error, TrustError | ClockError):
            self._trouble(str(error))

    def _end(self) -> None:
        self._ending = True
        if self._carrier is not None:
            self._carrier.delivery.close(time.monotonic())


def _ignored(outcome: Outcome[None]) -> None:
    """For what will be said again."""
