"""A link to a peer, and what the delivery machine asks the store for and tells of: its requests and notices."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat.wire.messages import FileMessage, Message, Position
from chat.wire.peer import PeerProtocol
from chat.wire.pump import Pump

MAX_UNCOMMITTED_BYTES = 2 * 1024 * 1024


@dataclass(eq=False)
class Link:
    """One connection to the peer. `id` is its dialler's; an accepted link has none until HELLO.

    `exportable` is what the peer's HELLO said, `told` what ours did: whether one's messages may be exported.
    """

    protocol: PeerProtocol
    dialled: bool
    id: bytes = b""
    told: bool = True
    exportable: bool = True
    port: int = 0
    pump: Pump | None = None
    uncommitted_bytes: int = 0
    rests: bool = False

    @property
    def wants_data(self) -> bool:
        """False while the store is behind, or the peer says too much: reading on would only fill memory."""
        return self.uncommitted_bytes < MAX_UNCOMMITTED_BYTES and not self.rests


@dataclass(frozen=True)
class ReadPositions:
    """What is held of the peer's streams, after all that was asked to be stored before; answer: positions_read."""

    link: Link


@dataclass(frozen=True)
class Resume:
    """Where to go on, the peer holding `positions`; answer: resumed."""

    link: Link
    positions: tuple[Position, ...]


@dataclass(frozen=True)
class ReadRows:
    """At most `count` rows of `stream` from after+1 on; answer: rows_read."""

    link: Link
    stream: bytes
    after: int
    count: int


@dataclass(frozen=True)
class Store:
    """Messages of one stream to keep; answer: stored, once they are on the disk, or refused."""

    link: Link
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class MarkSent:
    """The peer confirmed `stream` up to `n`. Answer: not_marked, if that failed."""

    stream: bytes
    n: int


Request = ReadPositions | Resume | ReadRows | Store | MarkSent


@dataclass(frozen=True)
class LinkUp:
    """Messages flow; the peer listens on `port`."""

    link: Link
    port: int


@dataclass(frozen=True)
class Sent:
    """These messages are on the peer's disk."""

    message_ids: Sequence[bytes]


@dataclass(frozen=True)
class AboutFile:
    """The peer said something about a file."""

    message: FileMessage


@dataclass(frozen=True)
class Violation:
    """The peer broke the protocol and was cut off."""

    reason: str


Notice = LinkUp | Sent | AboutFile | Violation
