"""Lines on their way to a terminal that may be stopped, or a pipe that nobody reads: they hold up nobody."""

import os
from contextlib import suppress
from queue import Full, Queue

from chat.net.threads import start_thread

MAX_WAITING = 10_000
CLOSE_TIMEOUT_S = 2.0


class Pen:
    """Has a thread of its own, which alone writes to the descriptor. Any thread may call."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: Queue[str | None] = Queue(MAX_WAITING)
        self._thread = start_thread(self._run, "pen")

    def write(self, text: str) -> int:
        """How much of it is written, now or later: all, or nothing while too much waits."""
        try:
            self._lines.put_nowait(text)
        except Full:
            return 0
        return len(text)

    def flush(self) -> None:
        """Nothing to do: whoever waited for that would be held up."""

    def close(self) -> None:
        """Write what waits, if that can be done soon."""
        with suppress(Full):
            self._lines.put(None, timeout=CLOSE_TIMEOUT_S)
        self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        while (text := self._lines.get()) is not None:
            data = text.encode(errors="replace")
            with suppress(OSError):  # nobody reads it any more
                while data:
                    data = data[os.write(self._descriptor, data) :]
