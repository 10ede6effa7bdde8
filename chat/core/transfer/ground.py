"""What the parts of a transfer share: the table of files, and the ways to the peer and to the screen."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from chat.core.events import Notify, Transfer, Warn
from chat.core.reading import reading
from chat.core.transfer.running import Running
from chat.core.writer import Writer
from chat.net.certificates import Identity
from chat.wire.messages import FileMessage
from db.connection import Connection
from db.files import OFFERED, FileRow, file_of_message
from db.pool import Pool

T = TypeVar("T")

RUNNING = "running"
SHOWN_AS = {"accepted": "offered", "declined": "cancelled"}  # the states of the event contract


@dataclass(frozen=True)
class Ground:
    """Every part may be used by any thread."""

    writer: Writer
    pool: Pool
    downloads: Path
    notify: Notify
    reach: Callable[[str, str], tuple[Identity, ssl.SSLSocket]]  # name, purpose; blocks
    ask_to_open: Callable[[str, bytes], None]  # name, message_id: have a transfer connection opened
    tell: Callable[[str, FileMessage], None]  # name, message; lost where there is no link
    received: Callable[[], None]  # a file is whole on our disk

    def read(self, question: Callable[[Connection], T]) -> T:
        """The database's answer. StorageFailure if it gives none."""
        with reading(self.pool) as connection:
            return question(connection)

    def find(self, name: str, message_id: bytes, *, outgoing: bool) -> FileRow | None:
        """The file of a message, with one person."""
        return self.read(lambda connection: file_of_message(connection, message_id, name, outgoing=outgoing))

    def show(
        self, row: FileRow, state: str = "", *, reason: str = "", path: str = "", running: Running | None = None
    ) -> None:
        """Tell the screen how a file stands; `state` where it is not the row's."""
        state = state or row.state
        if state == OFFERED and not row.outgoing:
            reason = f"it waits for /accept {row.ordinal}"
        moved = running.bytes_done if running else row.size if state == "done" else 0
        self.notify(
            Transfer(
                id=row.message_id.hex(),
                number=row.ordinal,
                direction="out" if row.outgoing else "in",
                name=row.name,
                file=row.file_name,
                bytes=moved,
                total=row.size,
                type=row.type,
                state=SHOWN_AS.get(state, state),
                path=path,
                reason=reason,
                rate=int(running.rate) if running else 0,
                seconds_left=running.seconds_left if running else None,
            )
        )

    def warn(self, name: str, message: str) -> None:
        """Tell the person something."""
        self.notify(Warn(name=name, message=message))
