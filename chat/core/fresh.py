"""The newest rows of one stream, so that what was composed just now need not be read back.

The first read after a commit costs 0.1 ms, for a connection's cache is void once another has written.
Rows are kept as long as they follow on the last that was taken without a gap, within bounds; whatever is
not here is in the database.
"""

from collections import deque
from collections.abc import Sequence

from chat.core.composing import Fresh
from chat.wire.pump import WINDOW_BYTES, WINDOW_MESSAGES, Row


class FreshRows:
    """Owned by one conversation's thread."""

    def __init__(self) -> None:
        self._stream = b""
        self._rows: deque[Row] = deque()
        self._bytes = 0
        self._newest = 0  # taken from here or from the database, or kept here
        self._missed = False

    def add(self, fresh: Fresh | None) -> None:
        """Rows were committed: these, or it is not said which."""
        if fresh is not None and fresh.stream != self._stream:
            return  # the stream before, or the next one, whose first rows are read
        is_full = len(self._rows) >= WINDOW_MESSAGES or self._bytes >= WINDOW_BYTES
        if fresh is None or is_full or fresh.rows[0].seq != self._newest + 1:
            self._missed = True
            return
        self._rows += fresh.rows
        self._bytes += sum(len(row.body) for row in fresh.rows)
        self._newest = fresh.rows[-1].seq

    def take(self, stream: bytes, after: int, count: int) -> tuple[list[Row], bool]:
        """At most `count` rows from after+1 on, and whether there may be more; none if they are not here."""
        if stream != self._stream or not self._rows or self._rows[0].seq != after + 1:
            return [], True
        rows = [self._rows.popleft() for _ in range(min(count, len(self._rows)))]
        self._bytes -= sum(len(row.body) for row in rows)
        return rows, self._missed or bool(self._rows)

    def read(self, stream: bytes, after: int, rows: Sequence[Row]) -> None:
        """These came from the database, being all from after+1 on, or the first of them."""
        self._stream = stream
        self._rows.clear()
        self._bytes = 0
        self._newest = rows[-1].seq if rows else after
        self._missed = False
