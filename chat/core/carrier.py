"""Between a delivery machine and the store: its requests become jobs, their outcomes its answers.

No thread and no socket: the conversation runs these over the store's writer, the simulator over whatever
schedule it likes.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from chat.core.composing import Fresh
from chat.core.file_journal import Arrival
from chat.core.fresh import FreshRows
from chat.core.journal import Journal, Refusal, Resumed, outbox_rows
from chat.core.trust import check_key
from chat.core.writer import Job, Outcome
from chat.errors import ChatError
from chat.wire.delivery import Delivery
from chat.wire.effects import MarkSent, ReadPositions, ReadRows, Resume, Store
from chat.wire.messages import Message, Position
from db.connection import Connection
from db.errors import StorageError

WriteRequest = ReadPositions | Resume | Store | MarkSent
Tell = Callable[[str], None]


class Carrier:
    """For one peer with one key. `trouble` is told what the person should know."""

    def __init__(self, name: str, key: bytes, delivery: Delivery, journal: Journal, trouble: Tell) -> None:
        self.delivery = delivery
        self._name = name
        self._key = key
        self._journal = journal
        self._trouble = trouble
        self._fresh = FreshRows()

    def composed(self, fresh: Fresh | None = None) -> None:
        """There are new rows in the outbox: these, or it is not said which."""
        self._fresh.add(fresh)
        self.delivery.composed()

    def job(self, request: WriteRequest, address: tuple[str, int], time: str) -> Job[Any]:
        """What the store's writer is to run; `address` is the peer's, `time` when it is asked."""
        name, journal = self._name, self._journal
        match request:
            case ReadPositions():
                return lambda tx: journal.positions(tx, name)
            case Resume(_, positions):
                return self._resuming(positions)
            case Store(_, messages):
                return self._receiving(messages, address, time)
            case MarkSent(stream, n):
                return lambda tx: journal.mark_sent(tx, name, stream, n)

    def _receiving(
        self, messages: Sequence[Message], address: tuple[str, int], time: str
    ) -> Job[tuple[Position, list[Arrival]]]:
        """What is run again after a commit whose answer was lost finds its own messages there: they are new."""
        arrived: dict[bytes, Arrival] = {}

        def receive(tx: Connection) -> tuple[Position, list[Arrival]]:
            check_key(tx, self._name, self._key)
            held, arrivals = self._journal.receive(tx, self._name, address, messages, time)
            arrived.update((arrival.message_id, arrival) for arrival in arrivals)
            return held, list(arrived.values())

        return receive

    def _resuming(self, positions: Sequence[Position]) -> Job[Resumed]:
        """What is run again after a commit whose answer was lost finds it done: it is news all the same."""
        runs: list[Resumed] = []

        def resume(tx: Connection) -> Resumed:
            check_key(tx, self._name, self._key)
            runs.append(self._journal.resume(tx, self._name, self._key, positions))
            first, latest = runs[0], runs[-1]
            return Resumed(latest.held, latest.confirmed or first.confirmed, latest.sent_anew or first.sent_anew)

        return resume

    def answer(self, request: WriteRequest, outcome: Outcome[Any], now: float) -> None:
        """Tell the machine what became of a job."""
        if isinstance(request, MarkSent):
            if outcome.error is not None:
                self.delivery.not_marked(request, now)
            return
        try:
            value = outcome.result()
        except ChatError as error:
            self._failed(request, error, now)
            return
        match request:
            case ReadPositions(link):
                self.delivery.positions_read(link, value)
            case Resume(link):
                self._resumed(request, value)
            case Store(link):
                held, _ = value
                self.delivery.stored(link, request, held, now)

    def read(self, request: ReadRows, borrow: Callable[[], AbstractContextManager[Connection]], now: float) -> None:
        """Give the machine what is to be sent, from the database where it was not composed just now."""
        stream, after, count = request.stream, request.after, request.count
        rows, more = self._fresh.take(stream, after, count)
        try:
            if not rows:
                with borrow() as connection:
                    rows = outbox_rows(connection, self._name, stream, after, count)
                self._fresh.read(stream, after, rows)
                more = len(rows) == count
        except (StorageError, Refusal) as error:
            self._trouble(str(error))
            self.delivery.refused(request.link, now)
            return
        self.delivery.rows_read(request.link, rows, more=more)

    def _resumed(self, request: Resume, resumed: Resumed) -> None:
        if resumed.sent_anew:
            self._trouble(resumed.sent_anew)
        self.delivery.resumed(request.link, resumed.held, resumed.confirmed)

    def _failed(self, request: ReadPositions | Resume | Store, error: ChatError, now: float) -> None:
        if not isinstance(error, Refusal):
            self._trouble(str(error))
        self.delivery.refused(request.link, now)
