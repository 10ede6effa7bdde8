"""The store's writer: the one thread that writes to this person's database.

Everyone hands it jobs; it takes all that are there, runs them in one transaction, commits once, and
tells each. With a commit for each conversation the engines did 400 to 1,000 a second, with one for all
of them 4,500 (docs/architecture.md).
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from chat.errors import ChatError, StorageFailure
from chat.net.threads import DaemonThread, report_fault
from db.connection import Connection, Database, transaction
from db.errors import StorageError, Unreachable

MAX_BATCH = 256

T = TypeVar("T")
Job = Callable[[Connection], T]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of a job; it is on the disk before anyone sees this."""

    value: T | None
    error: Exception | None = None

    def result(self) -> T:
        """The value, or the error raised. StorageError comes as StorageFailure, with its words."""
        if isinstance(self.error, StorageError):
            raise StorageFailure(str(self.error)) from self.error
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


Done = Callable[[Outcome[T]], None]


class Writer:
    """Owns the writing connection. `submit` and `call` are for other threads."""

    def __init__(self, database: Database) -> None:
        self._connection = database.claim()
        self._jobs: SimpleQueue[tuple[Job[Any], Done[Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()  # so that nothing is handed in after the end and never answered
        self._closed = False
        self._thread = DaemonThread(self._run, "store writer")

    @property
    def connection(self) -> Connection:
        """The connection, for what must be done before start."""
        assert not self._thread.is_alive(), "the connection is the writer's own"
        return self._connection

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(self, job: Job[T], done: Done[T]) -> None:
        """Have `job` run in a transaction; `done` is called by the writer's thread and must not block."""
        with self._lock:
            if not self._closed:
                self._jobs.put((job, _guarded(done)))
                return
        done(Outcome(None, StorageFailure("The program is ending: nothing more is stored.")))

    def call(self, job: Job[T]) -> T:
        """Run `job` and wait until it is on the disk. Raises what it raised, or StorageFailure."""
        finished = threading.Event()
        outcomes: list[Outcome[T]] = []

        def done(outcome: Outcome[T]) -> None:
            outcomes.append(outcome)
            finished.set()

        self.submit(job, done)
        finished.wait()
        return outcomes[0].result()

    def close(self) -> None:
        """Finish what was handed in, and close the connection."""
        with self._lock:
            self._closed = True
            self._jobs.put(None)
        if self._thread.ident is None:
            self._run()  # it was never started
        else:
            self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            last = False
            with suppress(Empty):
                while len(batch) < MAX_BATCH and not last:
                    waiting = self._jobs.get_nowait()
                    last = waiting is None
                    batch += [waiting] if waiting else []
            commit(self._connection, batch)
            if last:
                return


def commit(connection: Connection, batch: Sequence[tuple[Job[Any], Done[Any]]]) -> None:
    """Run jobs in one transaction, and tell each what became of it."""
    outcomes = _outcomes(connection, [job for job, _ in batch])
    for (_, done), outcome in zip(batch, outcomes, strict=True):
        done(outcome)


def _outcomes(connection: Connection, jobs: Sequence[Job[Any]]) -> list[Outcome[Any]]:
    """Those of one transaction, begun anew if the line broke in the middle of it.

    If it fails for another reason each job is run again by itself, so that the fault of one undoes nothing
    of the others.
    """
    lost: Exception | None = None
    for _ in range(2):
        try:
            with transaction(connection) as tx:
                return [_attempt(job, tx) for job in jobs]
        except Unreachable as error:
            lost = error
        except Exception:  # noqa: BLE001 - any fault: each job reports its own
            return [_run_alone(connection, job) for job in jobs]
    return [Outcome(None, lost) for _ in jobs]


def _run_alone(connection: Connection, job: Job[Any]) -> Outcome[Any]:
    try:
        with transaction(connection) as tx:
            return _attempt(job, tx)
    except Exception as error:  # noqa: BLE001 - whoever handed it in is told
        return Outcome(None, error)


def _guarded(done: Done[T]) -> Done[T]:
    """A fault in telling someone is not the writer's: it is reported, and the others are told."""

    def tell(outcome: Outcome[T]) -> None:
        try:
            done(outcome)
        except Exception:  # noqa: BLE001 - whatever it is, the writer goes on
            report_fault()

    return tell


def _attempt(job: Job[T], tx: Connection) -> Outcome[T]:
    """Run a job; a ChatError is its answer, for then it has written nothing."""
    try:
        return Outcome(job(tx))
    except ChatError as error:
        return Outcome(None, error)
