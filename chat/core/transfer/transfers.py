"""All files of one person, on their way out and in.

The clerk, one thread, decides what is fetched next and hears what peers say about files; each transfer
has a thread of its own. What is decided stands in the table of files: a process that dies goes on from
there. The receiver drives: it fetches what it accepted, on a connection opened by whichever side opened
the link, and says DONE when the whole is on its disk under its name.
"""

import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable

from chat.core.backoff import Backoff
from chat.core.file_journal import Arrival, accept, declined
from chat.core.transfer.carriage import AT_ONCE, PER_PERSON, SERVED, Carriage, Key
from chat.core.transfer.ground import RUNNING, Ground
from chat.core.transfer.part import remove_part
from chat.errors import ChatError, UserError
from chat.net.certificates import Identity
from chat.net.threads import DaemonThread, report_fault
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
    unfinished_files,
)

RETRY_S = 60.0  # after trouble with the database
WAITING_PER_PERSON = 10_000  # of what one peer says about files; beyond that it is not heard, and said again later

STANDING = {
    OFFERED: "is offered",
    ACCEPTED: "is on its way already",
    DONE: "is complete",
    DECLINED: "was declined",
    CANCELLED: "was cancelled",
    FAILED: "failed",
}


class Transfers:
    """Owns the clerk's thread. All methods without an underscore are for other threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._carriage = Carriage(ground, self._ended)
        self._changed = threading.Condition()
        self._tasks: deque[Callable[[], None]] = deque()
        self._waiting: Counter[str] = Counter()  # by name, what was said and is not heard yet
        self._closed = False
        self._backoffs: dict[Key, Backoff] = {}  # the clerk's own, and so is when the next of them is due
        self._due: float | None = None
        self._thread = DaemonThread(self._run, "clerk of files")

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

    def stop_all(self, name: str = "") -> None:
        """Stop what runs, with one person or with everybody; it goes on when there is a link again."""
        self._carriage.stop_all(name)

    # What conversations tell

    def linked(self, name: str) -> None:
        """Messages flow to and from `name`: ask about what was sent, fetch what was accepted."""
        self._post(lambda: self._linked(name))

    def about_file(self, name: str, message: FileMessage) -> None:
        """`name` said something about a file."""
        with self._changed:
            if self._waiting[name] >= WAITING_PER_PERSON:
                return
            self._waiting[name] += 1
        self._post(lambda: self._hear(name, message))

    def arrived(self, arrivals: list[Arrival]) -> None:
        """Messages are on the disk, some of them about files."""
        files = [arrival for arrival in arrivals if arrival.body.file]
        if files:
            self._post(lambda: self._offered(files))

    def open_and_fetch(self, name: str, message_id: bytes) -> None:
        """The link to `name` is ours, so the transfer connection is ours to open too."""
        self._post(lambda: self._pull(name, message_id))

    def guest(self, identity: Identity, tls: ssl.SSLSocket, settled: Callable[[], None]) -> None:
        """A peer opened a transfer connection. Blocks to its end; `settled` is called once that may take long."""
        self._carriage.guest(identity, tls, settled)

    # What the person asks

    def show_unfinished(self) -> int:
        """Tell the screen of all that is under way or waits: how many that are."""
        running = self._carriage.running
        rows = self._ground.read(unfinished_files)
        for row in rows:
            run = running.get(_key(row))
            self._ground.show(row, RUNNING if run else "", running=run)
        return len(rows)

    def show_one(self, number: int) -> None:
        """Tell the screen of one file that lies here. UserError if it does not, and why."""
        row = self._numbered(number)[0]
        if not row.path:
            raise UserError(_standing(row))
        self._ground.show(row, path=row.path)

    def accept(self, number: int) -> None:
        """Take a file that was offered, also after declining it. UserError if it cannot be had, and why."""
        row = self._numbered(number)[0]
        if row.outgoing:
            raise UserError(f"You send number {number} yourself: /cancel {number} stops it.")
        if row.state in (ACCEPTED, DONE) or not self._ground.writer.call(lambda tx: accept(tx, row)):
            raise UserError(_standing(row))
        self._post(lambda: self._retry(row))

    def cancel(self, number: int) -> None:
        """Do not send a file any more, to anyone, or do not take it. UserError if it is too late, and why."""
        rows = self._numbered(number)
        stopped = [row for row in rows if self._cancel(row)]
        if not stopped:
            raise UserError(_standing(self._numbered(number)[0]))

    def _cancel(self, row: FileRow) -> bool:
        if row.state not in (OFFERED, ACCEPTED):
            return False
        if not self._carriage.give_up(row, CANCELLED if row.outgoing else DECLINED):
            return False
        self._ground.tell(row.name, (Cancelled if row.outgoing else Declined)(row.message_id))
        return True

    def _numbered(self, number: int) -> list[FileRow]:
        rows = self._ground.read(lambda connection: files_numbered(connection, number))
        if not rows:
            raise UserError(f"No file has the number {number}: /transfers lists those under way.")
        return rows

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
            for task in tasks:
                self._comes_to_its_end(task)
            if not self._comes_to_its_end(self._fetch_due):
                self._due = time.monotonic() + RETRY_S

    def _comes_to_its_end(self, task: Callable[[], None]) -> bool:
        """Do it. A fault in one task is told, and is no reason to do no other."""
        try:
            task()
        except ChatError as error:
            self._ground.warn("", str(error))
        except Exception:  # noqa: BLE001 - whatever it is, the clerk goes on
            report_fault()
        else:
            return True
        return False

    def _timeout(self) -> float | None:
        return None if self._due is None else max(0.05, self._due - time.monotonic())

    def _fetch_due(self) -> None:
        """Have connections opened for accepted files that are due, a few at a time, and a few with each person."""
        now = time.monotonic()
        running = self._carriage.running
        accepted = [row for row in self._ground.read(unfinished_files) if row.state == ACCEPTED]
        self._backoffs = {key: self._backoffs.get(key, Backoff()) for key in map(_key, accepted)}
        busy = Counter(name for _, name in running)
        due: float | None = None
        for row in accepted:
            if _key(row) in running or busy.total() >= AT_ONCE or busy[row.name] >= PER_PERSON:
                continue  # there is news when one ends
            backoff = self._backoffs[_key(row)]
            if now >= backoff.next_try:
                busy[row.name] += 1
                is_first_try = not backoff.has_failed
                backoff.failed(now)
                self._fetch(row, is_first_try=is_first_try)
            due = min(due or backoff.next_try, backoff.next_try)
        self._due = due

    def _fetch(self, row: FileRow, *, is_first_try: bool) -> None:
        twins = self._carriage.twins(row, row.name) if is_first_try else []  # of another it would tell what we have
        if twins:
            self._carriage.reuse(row, twins[0])
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
        """A transfer's thread is about to end: there is a place for another."""
        self._post(lambda: self._reset(row) if moved and not row.outgoing else None)

    def _reset(self, row: FileRow) -> None:
        self._backoffs.setdefault(_key(row), Backoff()).reset()

    def _offered(self, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            row = self._ground.find(arrival.name, arrival.message_id, outgoing=False)
            if row is not None:
                self._ground.show(row)

    def _pull(self, name: str, message_id: bytes) -> None:
        row = self._ground.find(name, message_id, outgoing=False)
        if row is not None and row.state == ACCEPTED:
            self._carriage.pull(row)

    def _push(self, name: str, message_id: bytes) -> None:
        row = self._ground.find(name, message_id, outgoing=True)
        if row is not None and row.state in SERVED:
            self._carriage.push(row)
        else:
            self._ground.tell(name, Cancelled(message_id))

    def _hear(self, name: str, message: FileMessage) -> None:
        with self._changed:
            self._waiting -= Counter((name,))
        match message:
            case Want(message_id):
                self._push(name, message_id)
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
            remove_part(self._ground.downloads, name, message_id)  # of a process that ended at that very moment
            self._ground.tell(name, Done(message_id, bytes(row.digest)))
        elif row.state in (DECLINED, CANCELLED, FAILED):
            self._ground.tell(name, Declined(message_id))
        elif row.state == ACCEPTED:
            self._retry(row)


def _key(row: FileRow) -> Key:
    return row.ordinal, row.name


def _standing(row: FileRow) -> str:
    """How a file stands, as a sentence."""
    why = (
        f": {row.path}" if row.state == DONE and row.path and not row.outgoing else f": {row.reason}" * bool(row.reason)
    )
    return f"Number {row.ordinal}, {row.file_name}, {STANDING[row.state]}{why}".rstrip(".") + "."
