"""How far something long is, as a bar in one line of a terminal that is written over; elsewhere nothing."""

from typing import TextIO

from chat.core.events import Exporting

COLUMNS = 30
CLEAR = "\r\x1b[K"


class Gauge:
    """On one stream. The caller sees to it that nobody else writes meanwhile, and clears it before other text."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_shown = False

    def show(self, event: Exporting) -> None:
        """The bar as it is now, in place of the one before."""
        if not self._out.isatty():
            return
        share = event.done / max(event.total, 1)
        full = int(share * COLUMNS)
        bar = "█" * full + "░" * (COLUMNS - full)
        self._out.write(f"{CLEAR} {bar} {share:4.0%} {event.step}")
        self._out.flush()
        self._is_shown = True

    def clear(self) -> None:
        """Take it away."""
        if self._is_shown:
            self._out.write(CLEAR)
            self._out.flush()
            self._is_shown = False
