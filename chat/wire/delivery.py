"""Everything between us and one peer: which link is used, what goes out on it, what has come in.

A pure machine. In go link events, bytes, answers to requests, "composed" and the time; out come bytes
(each link's protocol.data_to_send), requests to the store, notices to the person, and links to close.
Threads and databases only carry these, so a simulation can repeat any schedule exactly.

Which link: both sides may dial at once, or one may not yet know that a link died. Only the nominator
chooses, and only it closes surplus links: it takes each new link, unless the peer's HELLO names the
very one that it itself uses. The nominee closes none, and when the link it was told to use ends it goes
back to the one nominated before, so whatever order NOMINATE and end-of-file of different links arrive
in, both end on the same link. Messages that come in are taken from any nominated link: what they may
do is decided by stream and number, never by link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from chat.errors import RemoteProtocolError
from chat.wire.allowance import Allowance
from chat.wire.effects import (
    AboutFile,
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
from chat.wire.messages import (
    MINOR_VERSION,
    Accept,
    Ack,
    Ask,
    Cancelled,
    Declined,
    Done,
    FileMessage,
    Hello,
    Message,
    Nominate,
    PeerMessage,
    Position,
    Want,
)
from chat.wire.peer import PeerProtocol, State
from chat.wire.pump import Pump, Row

MARK_SENT_AFTER_S = 0.02
MARK_SENT_AGAIN_AFTER_S = 1.0
MAX_LINKS = 4
OVERHEAD_BYTES = 256  # of a message in memory, besides its body: many short ones must not pass for little
FILE_WORDS_AT_ONCE = 1000  # each is looked up in the database, and 20 bytes to say
FILE_WORDS_PER_S = 300.0
CAPABILITIES: tuple[str, ...] = ()

_NOMINATED = (State.NOMINATED, State.FLOWING)


@dataclass
class _Confirmed:
    """ACKs that the database does not know of yet."""

    up_to: dict[bytes, int] = field(default_factory=dict)
    due_at: float = 0.0


class Delivery:
    """The machine for one peer with one key."""

    def __init__(self, *, nominator: bool, port: int, exportable: bool = True) -> None:
        self._nominator = nominator
        self._port = port
        self._exportable = exportable
        self.links: list[Link] = []  # open ones, the latest nominated last
        self.current: Link | None = None
        self._confirmed = _Confirmed()
        self._file_words = Allowance(at_once=FILE_WORDS_AT_ONCE, per_s=FILE_WORDS_PER_S)
        self._requests: list[Request] = []
        self._notices: list[Notice] = []
        self._closing: list[Link] = []

    # Links

    def open_link(self, link_id: bytes, now: float) -> Link:
        """A connection to the peer is up. `link_id` is a fresh random id if we dialled, else empty."""
        holds = self.current.id if self.current else b""
        hello = Hello(MINOR_VERSION, CAPABILITIES, link_id, holds, self._port, self._exportable)
        protocol = PeerProtocol(hello, nominator=self._nominator, now=now)
        link = Link(protocol, dialled=bool(link_id), id=link_id, told=self._exportable)
        self.links.append(link)
        if len(self.links) > MAX_LINKS:
            self._close(next(old for old in self.links if old is not self.current), now)
        return link

    def link_closed(self, link: Link, now: float) -> None:
        """The connection ended, by whichever side."""
        link.protocol.close()
        if link not in self.links:
            return
        self.links.remove(link)
        if link is self.current:
            self.current = next((old for old in reversed(self.links) if old.protocol.state in _NOMINATED), None)
            self._pump()
        self._mark_sent(now, at_once=True)

    def receive_data(self, link: Link, data: bytes, now: float) -> None:
        """Bytes came in."""
        if link.protocol.state is State.CLOSED:
            return
        try:
            arrived = link.protocol.receive_data(data, now)
            for is_message, run in groupby(arrived, key=lambda m: isinstance(m, Message)):
                if is_message:
                    self._arrived(link, run)  # type: ignore[arg-type]
                else:
                    for message in run:
                        self._handle(link, message, now)
        except RemoteProtocolError as error:
            self._notices.append(Violation(str(error)))
            self._close(link, now)

    def tick(self, now: float) -> None:
        """Time has passed."""
        for link in list(self.links):
            link.rests = link.rests and now < self._file_words.rests_until
            if not link.protocol.tick(now):
                self._close(link, now)
        self._mark_sent(now)

    @property
    def next_tick(self) -> float | None:
        """When tick has something to do; None: never."""
        times = [link.protocol.next_tick for link in self.links]
        if self._confirmed.up_to:
            times.append(self._confirmed.due_at)
        if any(link.rests for link in self.links):
            times.append(self._file_words.rests_until)
        return min(times, default=None)

    def close(self, now: float) -> None:
        """End every link."""
        for link in list(self.links):
            self._close(link, now)

    # Answers to requests

    def positions_read(self, link: Link, positions: tuple[Position, ...]) -> None:
        """The answer to ReadPositions."""
        if link.protocol.state is State.CLOSED:
            return
        if self._nominator:
            link.protocol.send(Nominate(positions))
        else:
            link.protocol.send(Accept(positions))
            self._notices.append(LinkUp(link, link.port))

    def resumed(self, link: Link, held: Position, confirmed: Sequence[bytes] = ()) -> None:
        """The answer to Resume: the stream goes on after `held`, which `confirmed` of our messages."""
        if confirmed:
            self._notices.append(Sent(confirmed))
        if link.protocol.state is not State.CLOSED:
            link.pump = Pump(held)
            self._pump()

    def rows_read(self, link: Link, rows: Sequence[Row], *, more: bool) -> None:
        """The answer to ReadRows."""
        if link.pump is None or link.protocol.state is State.CLOSED:
            return
        link.pump.rows_read(rows, more=more)
        self._pump()

    def stored(self, link: Link, request: Store, held: Position, now: float) -> None:
        """The answer to Store: on the disk up to there, so it may be said. What is left does not come on this link."""
        link.uncommitted_bytes -= _size(request.messages)
        if link.protocol.state is not State.CLOSED:
            link.protocol.send(Ack(held.stream, held.n, held.chain))
        if held.n < request.messages[-1].seq:
            self._close(link, now)

    def not_marked(self, request: MarkSent, now: float) -> None:
        """The answer to MarkSent if it failed: later again, for the link may go on and nobody say it any more."""
        if not self._confirmed.up_to:
            self._confirmed.due_at = now + MARK_SENT_AGAIN_AFTER_S
        newest = self._confirmed.up_to.get(request.stream, 0)
        self._confirmed.up_to[request.stream] = max(request.n, newest)

    def refused(self, link: Link, now: float) -> None:
        """The answer to Store or Resume that ends the link without a word."""
        self._close(link, now)

    def composed(self) -> None:
        """There are new rows for this peer in the outbox."""
        for link in self.links:
            if link.pump:
                link.pump.composed()
        self._pump()

    def tell(self, message: FileMessage) -> None:
        """Say something about a file, if messages flow; if not, it is asked about at the next link."""
        if self.current is not None and self.current.protocol.state is State.FLOWING:
            self.current.protocol.send(message)

    # Output

    def take_requests(self) -> list[Request]:
        """What the store is asked, in order."""
        requests, self._requests = self._requests, []
        return requests

    def take_notices(self) -> list[Notice]:
        """What the person is told, in order."""
        notices, self._notices = self._notices, []
        return notices

    def take_closing(self) -> list[Link]:
        """The links to flush and close."""
        closing, self._closing = self._closing, []
        return closing

    # Rules

    def _handle(self, link: Link, message: PeerMessage, now: float) -> None:
        match message:
            case Hello():
                self._greeted(link, message, now)
            case Nominate():
                self._use(link)
                self._requests += [ReadPositions(link), Resume(link, message.positions)]
            case Accept():
                self._notices.append(LinkUp(link, link.port))
                self._requests.append(Resume(link, message.positions))
            case Ack():
                self._acknowledged(link, message, now)
            case Want() | Ask() | Done() | Declined() | Cancelled():
                self._notices.append(AboutFile(message))
                self._file_words.use(now)
                link.rests = now < self._file_words.rests_until

    def _greeted(self, link: Link, hello: Hello, now: float) -> None:
        if link.dialled == bool(hello.link):
            raise RemoteProtocolError("A link has one id, from its dialler.")
        link.id = link.id or hello.link
        link.port = hello.port
        link.exportable = hello.exportable
        if not self._nominator:
            return
        if self.current is not None and self.current.id == hello.holds:
            self._close(link, now)
            return
        self._use(link)
        for other in list(self.links):
            if other is not link:
                self._close(other, now)
        self._requests.append(ReadPositions(link))

    def _use(self, link: Link) -> None:
        self.links.remove(link)
        self.links.append(link)
        self.current = link

    def _arrived(self, link: Link, messages: Sequence[Message]) -> None:
        for _, run in groupby(messages, key=lambda message: message.stream):
            batch = tuple(run)
            link.uncommitted_bytes += _size(batch)
            self._requests.append(Store(link, batch))

    def _acknowledged(self, link: Link, ack: Ack, now: float) -> None:
        if link.pump is None:
            raise RemoteProtocolError("An ACK came before anything was sent.")
        before = link.pump.held
        confirmed = link.pump.acknowledged(ack)
        if link.pump.held == before:
            return
        if confirmed:
            self._notices.append(Sent(confirmed))
        if not self._confirmed.up_to:
            self._confirmed.due_at = now + MARK_SENT_AFTER_S
        self._confirmed.up_to[ack.stream] = ack.n
        self._pump()

    def _pump(self) -> None:
        link = self.current
        if link is None or link.pump is None or link.protocol.state is not State.FLOWING:
            return
        for message in link.pump.messages_to_send():
            link.protocol.send(message)
        wanted = link.pump.rows_wanted()
        if wanted is not None:
            self._requests.append(ReadRows(link, *wanted))

    def _mark_sent(self, now: float, *, at_once: bool = False) -> None:
        if self._confirmed.up_to and (at_once or now >= self._confirmed.due_at):
            self._requests += [MarkSent(stream, n) for stream, n in self._confirmed.up_to.items()]
            self._confirmed = _Confirmed()

    def _close(self, link: Link, now: float) -> None:
        self._closing.append(link)
        self.link_closed(link, now)


def _size(messages: Sequence[Message]) -> int:
    return sum(OVERHEAD_BYTES + len(message.body) for message in messages)
