"""The threads that carry files: each with a connection of its own, from the handshake to the end of one file."""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chat.core.events import Delivered
from chat.core.file_journal import delivered, give_up
from chat.core.transfer.ground import RUNNING, Ground
from chat.core.transfer.part import PartFile, remove_part
from chat.core.transfer.running import Running, receive_file, send_file
from chat.core.transfer.source import Changed, inspect
from chat.core.transfer.speaking import RefusedByPeer, expect, hear, say
from chat.errors import ChatError, StorageFailure, UserError
from chat.net.bulk import BulkConnection
from chat.net.certificates import Identity
from chat.net.threads import start_thread
from chat.net.tls import ALPN_TRANSFER
from chat.wire.messages import Cancelled, Done
from chat.wire.transfer import Fetch, Offer, Refused, Why
from db.files import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    DONE,
    FAILED,
    OFFERED,
    FileRow,
    finished_with_digest,
    set_file_state,
)

WRONG_DIGESTS = 3
AT_ONCE = 16
SERVED = (OFFERED, DONE, DECLINED)  # also to who was set back, or thought better of it

Key = tuple[int, str]  # ordinal, name
Ended = Callable[[FileRow, bool], None]  # the row, and whether bytes moved


class Carriage:
    """Which transfers run, and what they do. Any thread may call."""

    def __init__(self, ground: Ground, ended: Ended) -> None:
        self._ground = ground
        self._ended = ended
        self._lock = threading.Lock()
        self._running: dict[Key, Running] = {}
        self._wrong: dict[Key, int] = {}
        self._warned: dict[str, str] = {}  # the last by name, so that each is said once
        self._closed = False

    # Who may call

    @property
    def running(self) -> dict[Key, Running]:
        """A copy of what runs now."""
        with self._lock:
            return dict(self._running)

    def pull(self, name: str, message_id: bytes) -> None:
        """Dial `name` and fetch a file, in a thread of its own."""
        start_thread(self._guarded, f"fetching from {name}", self._pull, name, message_id)

    def reuse(self, row: FileRow, path: Path) -> None:
        """Take a file that was received once already, if it still is what it was, in a thread of its own."""
        start_thread(self._guarded, f"comparing for {row.name}", self._reuse, row.name, row, path)

    def push(self, name: str, message_id: bytes) -> None:
        """Dial `name`, who wanted it, and send a file, in a thread of its own."""
        start_thread(self._guarded, f"sending to {name}", self._push, name, message_id)

    def guest(self, identity: Identity, tls: ssl.SSLSocket) -> None:
        """Somebody opened a transfer connection: serve it to its end, in the calling thread."""
        self._guarded(self._serve, identity.name, BulkConnection(tls))

    def stop(self, row: FileRow) -> None:
        """Stop that transfer, if it runs."""
        with self._lock:
            running = self._running.get((row.ordinal, row.name))
        if running is not None:
            running.stop()

    def close(self) -> None:
        """Stop all, and begin nothing more."""
        with self._lock:
            self._closed = True
            everything = list(self._running.values())
        for running in everything:
            running.stop()

    # Threads

    def _guarded(self, work: Callable[..., None], name: str, *arguments: object) -> None:
        """A transfer that breaks is tried again; only what time will not heal is told."""
        try:
            work(name, *arguments)
        except StorageFailure as error:
            if self._warned.get(name) != str(error):
                self._warned[name] = str(error)
                self._ground.warn(name, str(error))
        except (ChatError, RefusedByPeer):
            pass

    def _pull(self, name: str, message_id: bytes) -> None:
        row = self._ground.find(name, message_id, outgoing=False)
        if row is None or row.state != ACCEPTED:
            return
        with self._Run(self, row) as running:
            _, tls = self._ground.reach(name, ALPN_TRANSFER)
            running.use(BulkConnection(tls))
            self._take(running)

    def _reuse(self, _: str, row: FileRow, path: Path) -> None:
        with self._Run(self, row):
            try:
                same = inspect(path).attachment.digest == row.digest
            except UserError:
                same = False
            if same:
                self._complete(row, path)

    def _push(self, name: str, message_id: bytes) -> None:
        row = self._ground.find(name, message_id, outgoing=True)
        if row is None or row.state not in SERVED:
            self._ground.tell(name, Cancelled(message_id))
            return
        with self._Run(self, row) as running:
            _, tls = self._ground.reach(name, ALPN_TRANSFER)
            running.use(BulkConnection(tls))
            assert running.connection is not None
            say(running.connection, Offer(message_id))
            self._give(running, expect(running.connection, Fetch))

    def _serve(self, name: str, connection: BulkConnection) -> None:
        try:
            asked = hear(connection)
            outgoing = isinstance(asked, Fetch)
            if not isinstance(asked, Fetch | Offer):
                return
            row = self._ground.find(name, asked.message_id, outgoing=outgoing)
            wanted = SERVED if outgoing else (ACCEPTED,)
            if row is None or row.state not in wanted:
                say(connection, Refused(Why.GONE if row else Why.LATER, row.state if row else "unknown"))
                return
            with self._Run(self, row) as running:
                running.use(connection)
                if isinstance(asked, Fetch):
                    self._give(running, asked)
                else:
                    self._take(running)
        finally:
            connection.close()

    # The two directions

    def _give(self, running: Running, asked: Fetch) -> None:
        connection, row = running.connection, running.row
        assert connection is not None
        try:
            send_file(running, asked.offset)
        except Changed:
            reason = f"{row.file_name} was changed or moved since it was sent: send it again."
            self._ground.writer.call(lambda tx: give_up(tx, row, FAILED, reason))
            self._ground.show(row, FAILED, reason=reason)
            self._ground.tell(row.name, Cancelled(row.message_id))
            with suppress(ChatError):
                say(connection, Refused(Why.GONE, "the file changed since"))

    def _take(self, running: Running) -> None:
        row = running.row
        with PartFile(self._ground.downloads, row.message_id, row.size) as part:
            try:
                digest = receive_file(running, part)
            except RefusedByPeer as error:
                self._refused(row, error.refusal)
                raise
            if digest != row.digest:
                part.start_over()
                self._wrong_digest(row)
                return
            part.sync()
            self._complete(row, part.place(row.file_name))
            part.remove()

    def _complete(self, row: FileRow, path: Path) -> None:
        self._ground.writer.call(lambda tx: set_file_state(tx, row.ordinal, row.name, DONE, path=str(path)))
        self._ground.tell(row.name, Done(row.message_id, row.digest))
        self._ground.show(row, DONE, path=str(path))
        self._ground.received()

    def twin(self, row: FileRow) -> Path | None:
        """Where a file of the same content lies already, received before; by the table's word."""
        size, digest = row.size, row.digest
        twins = self._ground.read(lambda connection: finished_with_digest(connection, digest, size))
        paths = (Path(twin.path) for twin in twins)
        return next((path for path in paths if path.is_file() and path.stat().st_size == size), None)

    def _refused(self, row: FileRow, refusal: Refused) -> None:
        if refusal.why is Why.GONE:
            self.give_up(row, CANCELLED, refusal.message)

    def _wrong_digest(self, row: FileRow) -> None:
        key = row.ordinal, row.name
        self._wrong[key] = self._wrong.get(key, 0) + 1
        if self._wrong[key] >= WRONG_DIGESTS:
            self.give_up(row, FAILED, "the bytes never had the digest that was announced")

    def give_up(self, row: FileRow, state: str, reason: str = "") -> None:
        """It will not come, or not go: stop it, forget the part of it, and tell the person."""
        self._ground.writer.call(lambda tx: give_up(tx, row, state, reason))
        self.stop(row)
        if not row.outgoing:
            remove_part(self._ground.downloads, row.message_id)
        self._ground.show(row, state, reason=reason)

    def note_done(self, name: str, done: Done) -> None:
        """`name` has the whole of it."""
        row = self._ground.writer.call(lambda tx: delivered(tx, name, done.message_id, done.digest))
        if row is not None:
            self._ground.show(row, DONE)
            self._ground.notify(Delivered(id=row.message_id.hex(), to=name))

    class _Run:
        """One transfer's place among the running ones. Refusal to run twice, or too many, is a ChatError."""

        def __init__(self, carriage: "Carriage", row: FileRow) -> None:
            self._carriage = carriage
            self._running = Running(row, lambda running: carriage._ground.show(row, RUNNING, running=running))
            self._key = row.ordinal, row.name

        def __enter__(self) -> Running:
            carriage = self._carriage
            with carriage._lock:
                if carriage._closed or self._key in carriage._running or len(carriage._running) >= AT_ONCE:
                    raise ChatError("not now")
                carriage._running[self._key] = self._running
            return self._running

        def __exit__(self, *_: object) -> None:
            carriage = self._carriage
            with carriage._lock:
                del carriage._running[self._key]
            if self._running.connection is not None:
                self._running.connection.close()
            carriage._ended(self._running.row, self._running.has_moved)
