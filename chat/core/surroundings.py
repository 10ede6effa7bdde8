"""What a conversation is given: its connections, and the node round it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chat.core.file_journal import Arrival
from chat.core.journal import Journal
from chat.core.writer import Writer
from chat.net.certificates import Identity
from chat.net.connection import Connection
from chat.wire.messages import FileMessage
from db.pool import Pool


@dataclass(frozen=True)
class NewConnection:
    """A connection that has shaken hands; `link_id` if we dialled it, and what to call once it is settled."""

    identity: Identity
    connection: Connection
    link_id: bytes
    settled: Callable[[], None]


class Endable(Protocol):
    """A conversation, as far as the switchboard's table is concerned."""

    name: str

    @property
    def has_work(self) -> bool:
        """Whether something came in for it."""


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

    @property
    def exportable(self) -> bool:
        """Whether our messages may be in the anonymised exports of others."""

    def may_dial(self, name: str) -> bool:
        """Whether the peer is worth trying now."""

    def dial(self, name: str) -> None:
        """Try, in a thread of its own; `connected` or `dial_failed` follows."""

    def arrived(self, arrivals: list[Arrival]) -> None:
        """These are on the disk."""

    def delivered(self, name: str, message_ids: list[bytes]) -> None:
        """These are on the peer's disk."""

    def linked(self, name: str) -> None:
        """Messages flow now."""

    def about_file(self, name: str, message: FileMessage) -> None:
        """The peer said something about a file."""

    def fetch_by_dialling(self, name: str, message_id: bytes) -> None:
        """Open a transfer connection and fetch a file, in a thread of its own."""

    def trouble(self, name: str, message: str) -> None:
        """Something the person should know."""

    def try_to_end(self, conversation: Endable, *, anyway: bool) -> bool:
        """Take it out of the switchboard; without `anyway` only if nothing came in for it meanwhile."""
