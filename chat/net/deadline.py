"""One time limit carried through many steps: a byte at a time does not stretch it."""

import time

from chat.errors import NetworkError


class Deadline:
    """A point in time, `seconds` from now on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left. NetworkError when none are."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise NetworkError("The other side took too long.")
        return left
