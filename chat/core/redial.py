"""When to dial a peer, and when its conversation may end.

A machine without a clock. There is a reason to dial while something is undelivered: whoever writes says
so, and when a link or a try has ended the store is asked. While there is a reason the conversation stays,
for nobody else would try again.
"""

from chat.core.backoff import Backoff

LINGER_S = 30.0


class Redial:
    """For one conversation. `linked` and `hope` (the peer is worth trying now) are what is so at the moment."""

    def __init__(self, now: float) -> None:
        self.backoff = Backoff()
        self._undelivered: bool | None = False  # None: the store has been asked
        self._dialling = False
        self._idle_since = now

    def composed(self, now: float) -> None:
        """There is something to deliver."""
        self._undelivered = True
        self._idle_since = now

    def tried(self) -> None:
        """A try has come to something, good or bad."""
        self._dialling = False

    def look_up(self, now: float) -> None:
        """A link or a try ended, and the store is asked: `looked_up` must follow."""
        self._undelivered = None
        self._idle_since = now

    def looked_up(self, undelivered: bool) -> None:
        """The store's answer; what was written meanwhile counts too."""
        self._undelivered = self._undelivered or undelivered

    def takes_turn(self, now: float, *, linked: bool, hope: bool) -> bool:
        """Whether to dial now; if so it counts as begun, and the next try comes later until there is progress."""
        turn = self._wants(linked, hope) and now >= self.backoff.next_try
        if turn:
            self.backoff.failed(now)
            self._dialling = True
        return turn

    def may_end(self, now: float, *, linked: bool, hope: bool) -> bool:
        """Whether the conversation has been of no use for a while."""
        return self._is_free(linked) and not self._wants(linked, hope) and now >= self._idle_since + LINGER_S

    def next_tick(self, *, linked: bool, hope: bool) -> float | None:
        """When one of the two may change by itself; None: never."""
        if self._wants(linked, hope):
            return self.backoff.next_try
        return self._idle_since + LINGER_S if self._is_free(linked) else None

    def _wants(self, linked: bool, hope: bool) -> bool:
        return bool(self._undelivered) and hope and self._is_free(linked)

    def _is_free(self, linked: bool) -> bool:
        return not linked and not self._dialling and self._undelivered is not None
