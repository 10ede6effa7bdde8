"""Delivery marks that make no noise: each own message is one line, with its mark already on it.

What was written is held back for a moment, in sight above the line being typed. Most messages are on the
recipient's disk within that, and go into the scroll as sent. One that is not goes in as pending, and
those that get through later are told together in one line. Pure: the time is an argument, in seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HOLD_S = 1.0
LATE_HOLD_S = 0.3

Names = tuple[str, ...]


@dataclass
class Own:
    """A message of one's own, and who has it. `time` is ISO 8601, empty until the text is known."""

    id: str
    to: Names
    due: float
    room: str = ""
    text: str = ""
    time: str = ""
    has_it: set[str] = field(default_factory=set)

    @property
    def states(self) -> dict[str, str]:
        """Pending or sent, by recipient."""
        return {name: "sent" if name in self.has_it else "pending" for name in self.to}

    @property
    def addressed(self) -> Names:
        """What it was written to: all of its recipients, or the room."""
        return (self.room,) if self.room else self.to

    @property
    def is_done(self) -> bool:
        """Whether everybody has it."""
        return self.has_it.issuperset(self.to)


@dataclass(frozen=True)
class Late:
    """Messages shown as pending before, or written in an earlier run, that these people have now."""

    names: Names
    count: int
    text: str  # of the first one, if it is known


class Marks:
    """Owned by whoever prints. `may_get_it_now`: who is on, so that it is worth a moment's wait."""

    def __init__(self, may_get_it_now: Callable[[str], bool]) -> None:
        self._may_get_it_now = may_get_it_now
        self._held: list[Own] = []
        self._pending: dict[str, Own] = {}  # in the scroll, but not with everybody
        self._late: dict[str, list[str]] = {}  # ids by name
        self._late_due = 0.0

    @property
    def held(self) -> Sequence[Own]:
        """What is in sight, but not in the scroll yet."""
        return [own for own in self._held if own.time]

    def queued(self, message_id: str, to: Names, room: str = "", *, now: float) -> None:
        """A message is stored."""
        self._held.append(Own(message_id, to, now + HOLD_S, room))

    def wrote(self, message_id: str, text: str, time: str, *, now: float) -> None:
        """What stands in a message that was queued; it is not held up for people who are not on."""
        for own in self._held:
            if own.id == message_id:
                own.text, own.time = text, time
                own.due = own.due if any(map(self._may_get_it_now, own.to)) else now

    def delivered(self, message_id: str, name: str, *, now: float) -> None:
        """`name` has it."""
        own = next((own for own in self._held if own.id == message_id), self._pending.get(message_id))
        if own is not None:
            own.has_it.add(name)
        if own is None or message_id in self._pending:
            if not self._late:
                self._late_due = now + LATE_HOLD_S
            self._late.setdefault(name, []).append(message_id)

    @property
    def next_tick(self) -> float | None:
        """When take has something to give if nothing else happens."""
        times = [self._held[0].due] if self._held else []
        if self._late:
            times.append(self._late_due)
        return min(times, default=None)

    def take(self, now: float) -> list[Own | Late]:
        """What is to be shown now, own messages in the order in which they were written."""
        shown: list[Own | Late] = []
        while self._held and ((self._held[0].is_done and self._held[0].time) or self._held[0].due <= now):
            own = self._held.pop(0)
            if not own.is_done:
                self._pending[own.id] = own
            shown.append(own)
        if self._late and self._late_due <= now:
            shown += self._take_late()
        return shown

    def _take_late(self) -> list[Late]:
        by_ids: dict[Names, list[str]] = {}
        for name, message_ids in self._late.items():
            by_ids.setdefault(tuple(message_ids), []).append(name)
        self._late.clear()
        late = []
        for ids, names in by_ids.items():
            first = self._pending.get(ids[0])
            late.append(Late(tuple(names), len(ids), first.text if first else ""))
        self._pending = {message_id: own for message_id, own in self._pending.items() if not own.is_done}
        return late
