"""How much of something a peer may say: so much at once, then so much a second. A machine without a clock.

Whoever says more is not cut off but not read for a while, and so waits by himself.
"""


class Allowance:
    """Counts words of one peer, each of which costs us more than it costs to say."""

    def __init__(self, *, at_once: int, per_s: float) -> None:
        self._at_once_s = at_once / per_s
        self._per_s = per_s
        self._used_up_to = 0.0  # when what was said so far would have been said at that rate

    def use(self, now: float) -> None:
        """One more was said."""
        self._used_up_to = max(self._used_up_to, now) + 1 / self._per_s

    @property
    def rests_until(self) -> float:
        """Before that nothing more is to be heard."""
        return self._used_up_to - self._at_once_s
