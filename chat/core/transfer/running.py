"""One transfer that is under way: its thread's work, its progress, and the way to stop it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chat.core.transfer.intake import Intake
from chat.core.transfer.part import PartFile
from chat.core.transfer.source import Changed, read_again
from chat.core.transfer.speaking import expect, say
from chat.errors import ConnectionClosed, RemoteProtocolError
from chat.net.bulk import BulkConnection
from chat.wire.transfer import Fetch, Refused, Sending, Why
from db.files import FileRow

REPORT_EVERY_S = 0.5


@dataclass(eq=False)
class Running:
    """A transfer with a thread. `report` is called with it now and then, by that thread."""

    row: FileRow
    report: Callable[["Running"], None]
    bytes_done: int = 0
    connection: BulkConnection | None = None
    started_at: float = field(default_factory=time.monotonic)
    _started_with: int = 0
    _reported_at: float = 0.0
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def rate(self) -> float:
        """Bytes a second since it started."""
        return (self.bytes_done - self._started_with) / max(time.monotonic() - self.started_at, 1e-3)

    @property
    def seconds_left(self) -> float | None:
        """At that rate; None while there is none."""
        return (self.row.size - self.bytes_done) / self.rate if self.rate > 0 else None

    @property
    def has_moved(self) -> bool:
        """Whether any byte went through."""
        return self.bytes_done > self._started_with

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End it, from another thread."""
        self._stopped.set()
        if self.connection is not None:
            self.connection.stop()

    def use(self, connection: BulkConnection) -> BulkConnection:
        """The connection is there: the same. ConnectionClosed if it was stopped meanwhile."""
        self.connection = connection
        if self.stopped:
            raise ConnectionClosed("The transfer was stopped.")
        return connection

    def begin(self, offset: int) -> None:
        """Bytes are about to move, from `offset` on."""
        self.bytes_done = self._started_with = offset
        self.started_at = time.monotonic()
        self.report(self)

    def moved(self, count: int) -> None:
        """So many bytes more."""
        self.bytes_done += count
        now = time.monotonic()
        if now >= self._reported_at + REPORT_EVERY_S:
            self._reported_at = now
            self.report(self)


def send_file(running: Running, offset: int) -> None:
    """Send the bytes from `offset` on, and wait until the other side has hung up.

    Raises source.Changed if the file is not what was offered. Before the first byte the other side is told so;
    later it finds that there is less than was announced.
    """
    connection, row = running.connection, running.row
    assert connection is not None
    if offset > row.size:
        raise RemoteProtocolError("More was asked for than there is.")
    chunks = read_again(row.path, row.stamp, offset, row.size)
    try:
        chunk = next(chunks, None)
    except Changed:
        say(connection, Refused(Why.GONE, "the file was changed or moved since"))
        raise
    say(connection, Sending(row.size - offset))
    running.begin(offset)
    while chunk is not None:
        connection.send(chunk)
        running.moved(len(chunk))
        chunk = next(chunks, None)
    with memoryview(bytearray(1)) as end:
        connection.receive_into(end)


def receive_file(running: Running, part: PartFile) -> bytes:
    """Ask for the rest of the file, and write it: the digest of the whole. ConnectionClosed if it stops short."""
    connection, row = running.connection, running.row
    assert connection is not None
    say(connection, Fetch(row.message_id, part.offset))
    length = expect(connection, Sending).length
    if part.offset + length != row.size:
        raise RemoteProtocolError("The file is not of the size that was announced.")
    running.begin(part.offset)
    with Intake(part) as intake:
        while running.bytes_done < row.size:
            count = _fill(connection, intake.room()[: row.size - running.bytes_done])
            intake.took(count)
            running.moved(count)
        return intake.finish()


def _fill(connection: BulkConnection, room: memoryview) -> int:
    """How many bytes came until `room` was full, or for REPORT_EVERY_S. ConnectionClosed if none did."""
    filled = 0
    until = time.monotonic() + REPORT_EVERY_S
    try:
        while filled < len(room) and (not filled or time.monotonic() < until):
            count = connection.receive_into(room[filled:])
            if not count:
                raise ConnectionClosed("The other side ended the transfer.")
            filled += count
    except ConnectionClosed:
        if not filled:
            raise
    return filled
