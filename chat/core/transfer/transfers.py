"""All files of one person, on their way out and in.

The clerk, one thread, decides what is fetched next and hears what peers say about files; each transfer
has a thread of its own. What is decided stands in the table of files: a process that dies goes on from
there. The receiver drives: it fetches what it accepted, on a connection opened by whichever side opened
the link, and says DONE when the whole is on its disk under its name.
"""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable

from chat.core.backoff import Backoff
from chat.core.file_journal import Arrival, declined
from chat.core.transfer.carriage import Carriage, Key
from chat.core.transfer.ground import RUNNING, Ground
from chat.errors import ChatError, UserError
from chat.net.certificates import Identity
from chat.wire.messages import Ask, Cancelled, Declined, Done, FileMessage, Want
from db.files import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    DONE,
    FAILED,
    OFFERED,
    FileRow,
    files_numbered,
    set_file_state,
    unfinished_files,
)

INCOMING_AT_ONCE = 4


class Transfers:
    """Owns the clerk's thread. All methods without an underscore are for other threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._carriage = Carriage(ground, self._ended)
        self._changed = threading.Condition()
        self._tasks: deque[Callable[[], None]] = deque()
        self._closed = False
        self._backoffs: dict[Key, Backoff] = {}  # the clerk's own
        self._thread = threading.Thread(target=self._run, name="clerk of files", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self) -> None:
        """Stop all, if it was started; what is not finished goes on next time."""
        self._carriage.close()
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def stop_all(self) -> None:
        """Stop what runs; it goes on when there is a link again."""
        for running in self._carriage.running.values():
            running.stop()

    # What conversations tell

    def linked(self, name: str) -> None:
        """Messages flow to and from `name`: ask about what was sent, fetch what was accepted."""
        self._post(lambda: self._linked(name))

    def about_file(self, name: str, message: FileMessage) -> None:
        """`name` said something about a file."""
        self._post(lambda: self._hear(name, message))

    def arrived(self, arrivals: list[Arrival]) -> None:
        """Messages are on the disk, some of them about files."""
        files = [arrival for arrival in arrivals if arrival.body.file]
        if files:
            self._post(lambda: self._offered(files))

    def open_and_fetch(self, name: str, message_id: bytes) -> None:
        """The link to `name` is ours, so the transfer connection is ours to open too."""
        self._carriage.pull(name, message_id)

    def guest(self, identity: Identity, tls: ssl.SSLSocket) -> None:
        """A peer opened a transfer connection. Blocks to its end."""
        self._carriage.guest(identity, tls)

    # What the person asks

    def show_unfinished(self) -> None:
        """Tell the screen of all that is under way or waits."""
        running = self._carriage.running
        for row in self._ground.read(unfinished_files):
            run = running.get(_key(row))
            self._ground.show(row, RUNNING if run else "", running=run)

    def accept(self, number: int) -> None:
        """Take a file that was offered. UserError if there is none of that number."""
        row = self._numbered(number, lambda row: not row.outgoing and row.state in (OFFERED, DECLINED, FAILED))
        self._ground.writer.call(lambda tx: set_file_state(tx, row.ordinal, row.name, ACCEPTED))
        self._post(lambda: self._retry(row))

    def cancel(self, number: int) -> None:
        """Do not send a file any more, to anyone, or do not take it."""
        wanted = self._ground.read(lambda connection: files_numbered(connection, number))
        rows = [row for row in wanted if row.state in (OFFERED, ACCEPTED)]
        if not rows:
            raise UserError(f"No file under way has the number {number}: /transfers lists them.")
        for row in rows:
            self._carriage.give_up(row, CANCELLED if row.outgoing else DECLINED)
            self._ground.tell(row.name, (Cancelled if row.outgoing else Declined)(row.message_id))

    def _numbered(self, number: int, fits: Callable[[FileRow], bool]) -> FileRow:
        rows = self._ground.read(lambda connection: files_numbered(connection, number))
        found = next((row for row in rows if fits(row)), None)
        if found is None:
            raise UserError(f"No file of the number {number} waits for that: /transfers lists them.")
        return found

    # The clerk

    def _post(self, task: Callable[[], None]) -> None:
        with self._changed:
            self._tasks.append(task)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._tasks or self._closed, self._timeout())
                if self._closed:
                    return
                tasks, self._tasks = self._tasks, deque()
            try:
                for task in tasks:
                    task()
                self._fetch_due()
            except ChatError as error:
                self._ground.warn("", str(error))

    def _timeout(self) -> float | None:
        due = min((backoff.next_try for backoff in self._backoffs.values()), default=None)
        return None if due is None else max(0.05, due - time.monotonic())

    def _fetch_due(self) -> None:
        """Have connections opened for accepted files that are due, a few at a time."""
        now = time.monotonic()
        running = self._carriage.running
        accepted = [row for row in self._ground.read(unfinished_files) if row.state == ACCEPTED]
        self._backoffs = {key: self._backoffs.get(key, Backoff()) for key in map(_key, accepted)}
        room = INCOMING_AT_ONCE - sum(not each.row.outgoing for each in running.values())
        for row in accepted:
            backoff = self._backoffs[_key(row)]
            if _key(row) in running:
                backoff.failed(now)
            elif room > 0 and now >= backoff.next_try:
                room -= 1
                self._fetch(row, is_first_try=not backoff.has_failed)
                backoff.failed(now)

    def _fetch(self, row: FileRow, *, is_first_try: bool) -> None:
        twin = self._carriage.twin(row) if is_first_try else None
        if twin is not None:
            self._carriage.reuse(row, twin)
        else:
            self._ground.ask_to_open(row.name, row.message_id)

    def _linked(self, name: str) -> None:
        for row in self._ground.read(lambda connection: unfinished_files(connection, name)):
            if row.outgoing:
                self._ground.tell(name, Ask(row.message_id))
            else:
                self._retry(row)

    def _retry(self, row: FileRow) -> None:
        self._backoffs.setdefault(_key(row), Backoff()).at_once()

    def _ended(self, row: FileRow, moved: bool) -> None:
        """A transfer's thread is about to end."""
        if not row.outgoing:
            self._post(lambda: self._reset(row) if moved else None)

    def _reset(self, row: FileRow) -> None:
        self._backoffs.setdefault(_key(row), Backoff()).reset()

    def _offered(self, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            row = self._ground.find(arrival.name, arrival.message_id, outgoing=False)
            if row is not None:
                self._ground.show(row)

    def _hear(self, name: str, message: FileMessage) -> None:
        match message:
            case Want(message_id):
                self._carriage.push(name, message_id)
            case Done():
                self._carriage.note_done(name, message)
            case Declined(message_id):
                row = self._ground.writer.call(lambda tx: declined(tx, name, message_id))
                if row is not None:
                    self._carriage.stop(row)
                    self._ground.show(row, CANCELLED, reason=f"declined by {name}")
            case Cancelled(message_id):
                row = self._ground.find(name, message_id, outgoing=False)
                if row is not None and row.state in (OFFERED, ACCEPTED):
                    self._carriage.give_up(row, CANCELLED, f"{name} does not send it any more")
            case Ask(message_id):
                self._answer(name, message_id)

    def _answer(self, name: str, message_id: bytes) -> None:
        row = self._ground.find(name, message_id, outgoing=False)
        if row is None:
            return
        if row.state == DONE:
            self._ground.tell(name, Done(message_id, bytes(row.digest)))
        elif row.state in (DECLINED, CANCELLED, FAILED):
            self._ground.tell(name, Declined(message_id))
        elif row.state == ACCEPTED:
            self._retry(row)


def _key(row: FileRow) -> Key:
    return row.ordinal, row.name
