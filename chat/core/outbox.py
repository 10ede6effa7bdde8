"""What people write on its way to the disk: all that waits there goes into one transaction.

A commit costs the same for one message as for hundreds, so whoever writes many, a bot for one, hands
them in without waiting for each. They are composed, and told of, in the order they were handed in.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from chat.core.composing import Composed, Draft, Fresh
from chat.core.journal import Journal
from chat.core.writer import Outcome, Writer
from db.connection import Connection

MAX_TOGETHER = 256
MAX_WAITING = 1024  # of the longest texts that is 64 MiB

_Entry = tuple[Draft, Future[str]]


class Outbox:
    """Any thread but the writer's may hand in. `committed` is called by the writer's thread."""

    def __init__(
        self,
        writer: Writer,
        journal: Journal,
        committed: Callable[[Sequence[Draft], dict[str, Fresh]], None],
    ) -> None:
        self._writer = writer
        self._journal = journal
        self._committed = committed
        self._changed = threading.Condition()
        self._waiting = 0
        self._open: list[_Entry] | None = None  # handed in, and not begun with

    def hand_in(self, draft: Draft) -> Future[str]:
        """Its id, once it is on the disk; or UserError or StorageFailure. Waits while too much is under way."""
        entry: _Entry = (draft, Future())
        with self._changed:
            while self._waiting == MAX_WAITING:
                self._changed.wait()
            self._waiting += 1
            if self._open is not None and len(self._open) < MAX_TOGETHER:
                self._open.append(entry)
            else:
                self._begin([entry])
        return entry[1]

    def _begin(self, batch: list[_Entry]) -> None:
        """Under the lock, so that batches are in the order of their messages."""
        self._open = batch
        self._writer.submit(lambda tx: self._compose(tx, batch), lambda outcome: self._finish(batch, outcome))

    def _compose(self, tx: Connection, batch: list[_Entry]) -> Composed:
        self._close(batch)  # so that a second run is of the same drafts
        return self._journal.compose(tx, [draft for draft, _ in batch])

    def _close(self, batch: list[_Entry]) -> None:
        """Nothing joins it any more."""
        with self._changed:
            if self._open is batch:
                self._open = None

    def _finish(self, batch: list[_Entry], outcome: Outcome[Composed]) -> None:
        self._close(batch)  # a writer that has ended, or whose database is away, does not run it
        try:
            composed = outcome.result()
            written = [draft for (draft, _), error in zip(batch, composed.errors, strict=True) if error is None]
            self._committed(written, composed.fresh)
            errors: Sequence[Exception | None] = composed.errors
        except Exception as fault:  # noqa: BLE001 - whoever handed it in is told
            errors = [fault] * len(batch)
        with self._changed:
            self._waiting -= len(batch)
            self._changed.notify_all()
        for (draft, future), error in zip(batch, errors, strict=True):
            if error is None:
                future.set_result(draft.message_id.hex())
            else:
                future.set_exception(error)
