"""When to try again: after half a second, then twice as long each time up to a minute, with jitter."""

import random

FIRST_S = 0.5
LONGEST_S = 60.0


class Backoff:
    """One thing that is tried again and again."""

    def __init__(self) -> None:
        self._delay = FIRST_S
        self.next_try = 0.0

    def failed(self, now: float) -> None:
        """It did not work: wait longer than last time."""
        self.next_try = now + self._delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret
        self._delay = min(LONGEST_S, self._delay * 2)

    @property
    def has_failed(self) -> bool:
        """Whether it failed since it worked last."""
        return self._delay > FIRST_S

    def at_once(self) -> None:
        """There is news: try now, without forgetting how often it failed."""
        self.next_try = 0.0

    def reset(self) -> None:
        """It worked."""
        self._delay = FIRST_S
        self.next_try = 0.0
