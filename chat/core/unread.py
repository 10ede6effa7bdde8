"""What this person has not read yet, conversation by conversation; kept as User.read_up_to.

A conversation is the others who take part in it, or a room. A message counts as read when it comes in while its
conversation is the one being looked at, and when that is turned to, written to, or read back. The table
has one position for each person, so it stands just before the first message of that person that is unread
in any conversation: after a restart some may count as unread again, none is ever lost from sight.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chat.core.file_journal import Arrival
from chat.core.writer import Outcome, Writer
from chat.wire.names import is_room
from db.connection import Connection
from db.users import update_user

Conversation = tuple[str, ...]


def conversation_of(own_name: str, sender: str, to: Sequence[str]) -> Conversation:
    """The others who take part in a message, sorted; of a line in a room the room alone, to which it goes."""
    room = next(filter(is_room, to), "")
    return (room,) if room else tuple(sorted({sender, *to} - {own_name}))


@dataclass
class _Waiting:
    """The unread messages of one person in one conversation."""

    count: int
    first: int  # ordinal


class Unread:
    """Any thread may call."""

    def __init__(self, own_name: str, writer: Writer) -> None:
        self._own_name = own_name
        self._writer = writer
        self._lock = threading.RLock()  # a writer that has ended answers at once
        self._waiting: dict[Conversation, dict[str, _Waiting]] = {}
        self._newest: dict[str, int] = {}  # by sender
        self._looked_at: Conversation = ()
        self._to_write: dict[str, int] = {}
        self._in_job: dict[str, int] = {}
        self._is_asked = False  # a job is with the writer

    def load(self, connection: Connection) -> None:
        """Read what was left unread. Before anything comes in."""
        rows = connection.query(
            "SELECT r.name, r.recipients, COUNT(*), MIN(r.ordinal), MAX(r.ordinal) FROM `User` u"
            " JOIN Receiver r ON r.name = u.name AND r.ordinal > u.read_up_to GROUP BY r.name, r.recipients"
            " ORDER BY MAX(r.ordinal)"
        )
        for name, recipients, count, first, last in rows:
            self._wait(conversation_of(self._own_name, name, recipients.split(",")), name, count, first)
            self._newest[name] = max(last, self._newest.get(name, 0))

    def arrived(self, arrivals: Iterable[Arrival]) -> None:
        """Messages came in: they wait, unless their conversation is looked at."""
        with self._lock:
            for arrival in arrivals:
                conversation = conversation_of(self._own_name, arrival.name, arrival.to)
                self._newest[arrival.name] = arrival.ordinal
                self._wait(conversation, arrival.name, 1, arrival.ordinal)
            self._read([self._looked_at])

    def look_at(self, conversation: Conversation) -> None:
        """This one is on the screen from now on, and with it what comes in; () for none."""
        with self._lock:
            self._looked_at = conversation
            self._read([conversation])

    def read(self, conversation: Conversation) -> None:
        """It was read."""
        with self._lock:
            self._read([conversation])

    def read_all_with(self, name: str) -> None:
        """All conversations in which `name` takes part were read."""
        with self._lock:
            self._read([conversation for conversation in self._waiting if name in conversation])

    def counts(self) -> Mapping[Conversation, int]:
        """How many messages wait in each conversation where some do, the longest waiting first."""
        with self._lock:
            return {
                conversation: sum(waiting.count for waiting in by_sender.values())
                for conversation, by_sender in self._waiting.items()
            }

    def count_from(self, name: str) -> int:
        """How many messages of one person wait, in whichever conversation that is no room."""
        with self._lock:
            return sum(
                by_sender[name].count
                for conversation, by_sender in self._waiting.items()
                if name in by_sender and not is_room(conversation[0])
            )

    def _wait(self, conversation: Conversation, name: str, count: int, first: int) -> None:
        by_sender = self._waiting.setdefault(conversation, {})
        if name in by_sender:
            by_sender[name].count += count
        else:
            by_sender[name] = _Waiting(count, first)

    def _read(self, conversations: Iterable[Conversation]) -> None:
        names = {name for conversation in conversations for name in self._waiting.pop(conversation, ())}
        if not names:
            return
        for name in names:
            firsts = [by_sender[name].first for by_sender in self._waiting.values() if name in by_sender]
            self._to_write[name] = min(firsts) - 1 if firsts else self._newest[name]
        self._ask()

    def _ask(self) -> None:
        """Have it written, in one job for all that is read until it runs: a flood costs a write for each commit."""
        if self._to_write and not self._is_asked:
            self._is_asked = True
            self._writer.submit(self._write, self._written)

    def _write(self, tx: Connection) -> None:
        with self._lock:
            self._in_job = dict(self._to_write)
        for name, ordinal in self._in_job.items():
            update_user(tx, name, read_up_to=ordinal)

    def _written(self, outcome: Outcome[None]) -> None:
        with self._lock:
            self._is_asked = False
            if outcome.error is None:  # else it is tried again when something else is read
                self._to_write = {n: at for n, at in self._to_write.items() if self._in_job.get(n) != at}
                self._ask()
