"""The threads that carry files: each with a connection of its own, from the handshake to the end of one file.

A transfer gets its place among the running ones first, and then its thread, so that nobody can have more of
them started than there are places; of these one person has a few.
"""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from chat.core.events import Delivered
from chat.core.file_journal import complete, delivered, give_up
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
from db.files import ACCEPTED, CANCELLED, DECLINED, DONE, FAILED, OFFERED, FileRow, finished_with_digest

WRONG_DIGESTS = 3
AT_ONCE = 16
PER_PERSON = 4
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
        self._warned: set[tuple[str, str]] = set()  # name and sentence, so that each is said once
        self._closed = False

    # Who may call

    @property
    def running(self) -> dict[Key, Running]:
        """A copy of what runs now."""
        with self._lock:
            return dict(self._running)

    def pull(self, row: FileRow) -> None:
        """Dial its sender and fetch a file, in a thread of its own, if there is a place."""
        self._start(row, self._pull)

    def reuse(self, row: FileRow, path: Path) -> None:
        """Take a file that was received once already, if it still is what it was, in a thread of its own."""
        self._start(row, lambda running: self._reuse(running, path))

    def push(self, row: FileRow) -> None:
        """Dial the recipient, who wanted it, and send a file, in a thread of its own, if there is a place."""
        self._start(row, self._push)

    def guest(self, identity: Identity, tls: ssl.SSLSocket, settled: Callable[[], None]) -> None:
        """Somebody opened a transfer connection: serve it to its end, in the calling thread.

        `settled` is called when it has a place among the transfers, and is no stranger any more.
        """
        connection = BulkConnection(tls)
        try:
            self._guarded(identity.name, lambda: self._serve(identity.name, connection, settled))
        finally:
            connection.close()

    def stop(self, row: FileRow) -> None:
        """Stop that transfer, if it runs."""
        running = self.running.get((row.ordinal, row.name))
        if running is not None:
            running.stop()

    def stop_all(self, name: str = "") -> None:
        """Stop what runs, with one person or with everybody."""
        for running in self.running.values():
            if name in ("", running.row.name):
                running.stop()

    def close(self) -> None:
        """Stop all, and begin nothing more."""
        with self._lock:
            self._closed = True
        self.stop_all()

    # Places and threads

    def _enter(self, row: FileRow) -> Running | None:
        """A place among the running ones; None if it runs already, or too many do."""
        running = Running(row, lambda running: self._ground.show(row, RUNNING, running=running))
        key = row.ordinal, row.name
        with self._lock:
            with_person = sum(name == row.name for _, name in self._running)
            if self._closed or key in self._running or len(self._running) >= AT_ONCE or with_person >= PER_PERSON:
                return None
            self._running[key] = running
        return running

    def _leave(self, running: Running) -> None:
        with self._lock:
            del self._running[running.row.ordinal, running.row.name]
        if running.connection is not None:
            running.connection.close()
        self._ended(running.row, running.has_moved)

    def _start(self, row: FileRow, work: Callable[[Running], None]) -> None:
        running = self._enter(row)
        if running is None:
            return
        try:
            start_thread(self._carry, f"file {row.ordinal} of {row.name}", running, work)
        except RuntimeError:  # the system has no more threads: it is tried again
            self._leave(running)

    def _carry(self, running: Running, work: Callable[[Running], None]) -> None:
        try:
            self._guarded(running.row.name, lambda: work(running))
        finally:
            self._leave(running)

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        """A transfer that breaks is tried again; only what time will not heal is told."""
        try:
            work()
        except StorageFailure as error:
            if self._is_news(name, str(error)):
                self._ground.warn(name, str(error))
        except (ChatError, RefusedByPeer, Changed):
            pass

    def _is_news(self, name: str, sentence: str) -> bool:
        """Whether it was not told since the last file of `name` came whole."""
        with self._lock:
            is_news = not self._closed and (name, sentence) not in self._warned
            self._warned.add((name, sentence))
        return is_news

    def _pull(self, running: Running) -> None:
        _, tls = self._ground.reach(running.row.name, ALPN_TRANSFER)
        running.use(BulkConnection(tls))
        self._take(running)

    def _push(self, running: Running) -> None:
        row = running.row
        _, tls = self._ground.reach(row.name, ALPN_TRANSFER)
        connection = running.use(BulkConnection(tls))
        say(connection, Offer(row.message_id))
        self._give(running, expect(connection, Fetch))

    def _serve(self, name: str, connection: BulkConnection, settled: Callable[[], None]) -> None:
        asked = hear(connection)
        if not isinstance(asked, Fetch | Offer):
            return
        outgoing = isinstance(asked, Fetch)
        row = self._ground.find(name, asked.message_id, outgoing=outgoing)
        if row is None or row.state not in (SERVED if outgoing else (ACCEPTED,)):
            say(connection, Refused(Why.GONE if row else Why.LATER, row.state if row else "unknown"))
            return
        running = self._enter(row)
        if running is None:
            say(connection, Refused(Why.LATER, "not now"))
            return
        settled()
        try:
            running.use(connection)
            if isinstance(asked, Fetch):
                self._give(running, asked)
            else:
                self._take(running)
        finally:
            self._leave(running)

    # The two directions

    def _give(self, running: Running, asked: Fetch) -> None:
        row = running.row
        try:
            send_file(running, asked.offset)
        except Changed:
            self.give_up(row, FAILED, f"{row.file_name} was changed or moved since it was sent: send it again.")
            self._ground.tell(row.name, Cancelled(row.message_id))
            raise

    def _take(self, running: Running) -> None:
        row = running.row
        if not self._is_awaited(row):  # it came while this one got its place
            return
        with PartFile(self._ground.downloads, row.name, row.message_id, row.size) as part:
            try:
                digest = receive_file(running, part)
            except RefusedByPeer as error:
                self._refused(row, error.refusal)
                raise
            if digest != row.digest:
                part.start_over()
                self._wrong_digest(row)
            elif self._is_awaited(row):
                self._keep(row, part)

    def _keep(self, row: FileRow, part: PartFile) -> None:
        """The bytes are right: they get a name, unless they have one here already."""
        path = self._twin(row)
        is_new = path is None
        if path is None:
            part.sync()
            if not self._is_awaited(row):  # that may take long
                return
            path = part.place(row.file_name)
        if self._complete(row, path):
            part.remove()
            self._tell_done(row, path)
        elif is_new:
            part.take_back(path)

    def _reuse(self, running: Running, path: Path) -> None:
        row = running.row
        if self._is_awaited(row) and _is_same(row, path) and self._complete(row, path):
            self._tell_done(row, path)

    def _is_awaited(self, row: FileRow) -> bool:
        now = self._ground.find(row.name, row.message_id, outgoing=False)
        return now is not None and now.state == ACCEPTED

    def _complete(self, row: FileRow, path: Path) -> bool:
        return self._ground.writer.call(lambda tx: complete(tx, row, str(path)))

    def _tell_done(self, row: FileRow, path: Path) -> None:
        self._ground.tell(row.name, Done(row.message_id, row.digest))
        self._ground.show(row, DONE, path=str(path))
        self._ground.received()
        with self._lock:
            self._warned = {(name, sentence) for name, sentence in self._warned if name != row.name}

    def twins(self, row: FileRow, name: str = "") -> list[Path]:
        """Where files of the same size and digest lie, received before, of `name` or of all; by the table's word."""
        size, digest = row.size, row.digest
        rows = self._ground.read(lambda connection: finished_with_digest(connection, digest, size))
        return list(dict.fromkeys(Path(twin.path) for twin in rows if name in ("", twin.name)))

    def _twin(self, row: FileRow) -> Path | None:
        return next((path for path in self.twins(row) if _is_same(row, path)), None)

    def _refused(self, row: FileRow, refusal: Refused) -> None:
        if refusal.why is Why.GONE:
            self.give_up(row, CANCELLED, refusal.message)

    def _wrong_digest(self, row: FileRow) -> None:
        key = row.ordinal, row.name
        self._wrong[key] = self._wrong.get(key, 0) + 1
        if self._wrong[key] >= WRONG_DIGESTS:
            del self._wrong[key]
            self.give_up(row, FAILED, "the bytes never had the digest that was announced")

    def give_up(self, row: FileRow, state: str, reason: str = "") -> bool:
        """It will not come, or not go: stop it, forget the part of it, tell the person. Whether it was under way."""
        if not self._ground.writer.call(lambda tx: give_up(tx, row, state, reason)):
            return False
        self.stop(row)
        if not row.outgoing:
            remove_part(self._ground.downloads, row.name, row.message_id)
        self._ground.show(row, state, reason=reason)
        return True

    def note_done(self, name: str, done: Done) -> None:
        """`name` has the whole of it."""
        row = self._ground.writer.call(lambda tx: delivered(tx, name, done.message_id, done.digest))
        if row is not None:
            self._ground.show(row, DONE)
            self._ground.notify(Delivered(id=row.message_id.hex(), to=name))


def _is_same(row: FileRow, path: Path) -> bool:
    """Whether the file at `path` has the bytes that the row is about."""
    try:
        return path.stat().st_size == row.size and inspect(path).attachment.digest == row.digest
    except (OSError, UserError):
        return False
