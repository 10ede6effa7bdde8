"""Signs of life: ask after a silence, give up after a longer one.

TCP keepalive and TCP_USER_TIMEOUT do not notice a peer that is stopped; an answer that fails to come does.
"""

PING_AFTER_S = 15.0
DEAD_AFTER_S = 45.0


class Pulse:
    """When the other side was heard last."""

    def __init__(self, now: float) -> None:
        self._heard_at = now
        self._asked = False

    def heard(self, now: float) -> None:
        """Something came in."""
        self._heard_at = now
        self._asked = False

    def must_ask(self, now: float) -> bool:
        """Whether a PING is to be sent now; true once for each silence."""
        if self._asked or now < self._heard_at + PING_AFTER_S:
            return False
        self._asked = True
        return True

    def is_dead(self, now: float) -> bool:
        """Whether it has been silent for too long."""
        return now >= self._heard_at + DEAD_AFTER_S

    @property
    def next_tick(self) -> float:
        """When one of the two changes."""
        return self._heard_at + (DEAD_AFTER_S if self._asked else PING_AFTER_S)
