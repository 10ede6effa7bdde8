"""The only printer: text for people, JSON for programs, and a count of what is still under way."""

import sys
import threading
from collections.abc import Sequence

import msgspec

from chat.core.events import Delivered, Event, Exporting, Failure, KeyChanged, Queued, Transfer, Warn
from chat.ui.gauge import Gauge
from chat.ui.views import render

GIVEN_UP = ("cancelled", "failed")


class Console:
    """Any thread may call."""

    def __init__(self, own_name: str, *, as_json: bool) -> None:
        self._own_name = own_name
        self._json = as_json
        self._lock = threading.Lock()
        self._outstanding: dict[str, set[str]] | None = None  # message id: who does not have it yet
        self._changed = threading.Condition()
        self._gauge = Gauge(sys.stderr)

    def notify(self, *shown: Event) -> None:
        """Show events."""
        self.show(shown)

    def show(self, shown: Sequence[Event]) -> None:
        """Show events that belong together."""
        if self._outstanding is not None:
            self._count(self._outstanding, shown)
        if self._json:
            self._write("".join(msgspec.json.encode(event).decode() + "\n" for event in shown), sys.stdout)
            return
        if isinstance(shown[0], Exporting):
            with self._lock:
                self._gauge.show(shown[0])
            return
        text = render(shown, self._own_name)
        if text:
            trouble = isinstance(shown[0], Failure | Warn | KeyChanged) and not sys.stdout.isatty()
            self._write(text + "\n", sys.stderr if trouble else sys.stdout)

    def count_deliveries(self) -> None:
        """Note from now on what is queued, for wait_delivered."""
        self._outstanding = {}

    def wait_delivered(self, timeout_s: float) -> dict[str, set[str]]:
        """Wait until nothing that was noted is under way: what still is, by message id."""
        outstanding = self._outstanding or {}
        with self._changed:
            self._changed.wait_for(lambda: not outstanding, timeout_s)
            return {message: set(names) for message, names in outstanding.items()}

    def _count(self, outstanding: dict[str, set[str]], shown: Sequence[Event]) -> None:
        with self._changed:
            for event in shown:
                if isinstance(event, Queued):
                    outstanding[event.id] = set(event.to)
                elif isinstance(event, Delivered) and event.id in outstanding:
                    outstanding[event.id].discard(event.to)
                    if not outstanding[event.id]:
                        del outstanding[event.id]
                elif isinstance(event, Transfer) and event.direction == "out" and event.state in GIVEN_UP:
                    outstanding.pop(event.id, None)
            self._changed.notify_all()

    def _write(self, text: str, out: object) -> None:
        with self._lock:
            self._gauge.clear()
            print(text, end="", flush=True, file=out)  # type: ignore[call-overload]
