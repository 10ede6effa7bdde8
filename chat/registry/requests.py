"""How often one may ask. Whoever asks more is not refused but not read for a while, and so waits by himself.

Requests count by account, and by address for those without one, so that another connection gains
nothing. What other people are told of counts once more, and for less: one change may be hundreds of pushes.
"""

import time

from chat.net.limits import TokenBucket
from chat.wire import registry as wire
from chat.wire import rooms

REQUESTS_PER_S = 20.0
REQUESTS_AT_ONCE = 300.0
CHANGES_PER_S = 1.0
CHANGES_AT_ONCE = 30.0
STRANGERS_SHARE = 4.0  # of an address's connections a second: what each of them may ask

CHANGES = (
    *(wire.SignIn, wire.Hide, wire.Show, wire.Block, wire.Unblock),
    *(rooms.Join, rooms.Part, rooms.Invite, rooms.Kick, rooms.SetTopic),
)


class Requests:
    """Any thread may ask whether a request may be answered now."""

    def __init__(self, *, connections_per_s: float, connections_at_once: float) -> None:
        self._by_account = TokenBucket(REQUESTS_PER_S, REQUESTS_AT_ONCE)
        self._changes = TokenBucket(CHANGES_PER_S, CHANGES_AT_ONCE)
        self._by_address = TokenBucket(connections_per_s * STRANGERS_SHARE, connections_at_once * STRANGERS_SHARE)

    def allow(self, request: wire.FromClient, account: str, address: str) -> bool:
        """Whether it may be answered now; `account` is empty for someone without one."""
        now = time.monotonic()
        if not account:
            return self._by_address.take(address, now)
        if not self._by_account.take(account, now):
            return False
        return not isinstance(request, CHANGES) or self._changes.take(account, now)
