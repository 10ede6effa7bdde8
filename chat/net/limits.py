"""What one address or one account may do: rates, numbers, and a short queue for what is expensive."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from chat.errors import UserError

MAX_KEYS = 100_000


class TokenBucket:
    """At most `burst` at once, `rate` a second on the long run, for each key by itself."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # the longest unused first

    def take(self, key: str, now: float) -> bool:
        """Use one; False if there is none."""
        with self._lock:
            level = self._level(key, now)
            allowed = level >= 1
            self._levels[key] = (level - 1 if allowed else level, now)
            self._levels.move_to_end(key)
            if len(self._levels) > MAX_KEYS:
                self._levels.popitem(last=False)
            return allowed

    def give_back(self, key: str, now: float) -> None:
        """One that was taken does not count after all."""
        with self._lock:
            self._levels[key] = (min(self._burst, self._level(key, now) + 1), now)

    def _level(self, key: str, now: float) -> float:
        level, at = self._levels.get(key, (self._burst, now))
        return min(self._burst, level + (now - at) * self._rate)


class Places:
    """At most so many at once in all, and so many for each key."""

    def __init__(self, total: int, per_key: int) -> None:
        self._total = total
        self._per_key = per_key
        self._lock = threading.Lock()
        self._taken: dict[str, int] = {}
        self._sum = 0

    def take(self, key: str) -> bool:
        """Occupy a place; False if there is none."""
        with self._lock:
            taken = self._taken.get(key, 0)
            if self._sum >= self._total or taken >= self._per_key:
                return False
            self._taken[key] = taken + 1
            self._sum += 1
            return True

    def give_back(self, key: str) -> None:
        """Leave a place."""
        with self._lock:
            self._sum -= 1
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]


class ShortQueue:
    """At most `running` at once inside, and `waiting` outside; whoever else comes is told to come later."""

    def __init__(self, running: int, waiting: int) -> None:
        self._running = threading.BoundedSemaphore(running)
        self._places = Places(running + waiting, running + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn. UserError if the queue is full."""
        if not self._places.take(""):
            raise UserError("The registry is busy: try again in a minute.")
        try:
            with self._running:
                yield
        finally:
            self._places.give_back("")
