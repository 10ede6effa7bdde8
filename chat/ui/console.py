"""The only printer: text for people, JSON for programs, and a count of what is still under way."""

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from chat.core.events import Delivered, Event, Failure, KeyChanged, Queued, Status, Warn
from chat.ui.messages import Look
from chat.ui.views import render


class Console:
    """Any thread may call."""

    def __init__(self, look: Look, *, as_json: bool = False) -> None:
        self._look = look
        self._json = as_json
        self._lock = threading.Lock()
        self._outstanding: dict[str, set[str]] = {}  # message id: who does not have it yet
        self._changed = threading.Condition()
        for out in (sys.stdout, sys.stderr):
            with suppress(AttributeError):  # a stream that is none of Python's own
                out.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # what it cannot show

    def notify(self, event: Event) -> None:
        """Show one event."""
        self.show([event])

    def show(self, shown: Sequence[Event]) -> None:
        """Show events that belong together."""
        self._count(shown)
        with self._lock:
            self._print(self._text(shown), trouble=isinstance(next(iter(shown), None), Failure | Warn | KeyChanged))

    def wrote(self, message_id: str, text: str) -> None:
        """What stands in a message that was queued: a program and a pipe have written it themselves."""

    def turned(self, talking_to: Sequence[str], unread: int) -> None:  # noqa: ARG002 - a terminal shows it
        """Whom plain lines go to from now on."""
        if talking_to:
            self.notify(Status(name="talking to", value=", ".join(talking_to), source="/query"))

    def wait_delivered(self, timeout_s: float) -> dict[str, set[str]]:
        """Wait until nothing is under way: what still is, by message id."""
        with self._changed:
            self._changed.wait_for(lambda: not self._outstanding, timeout_s)
            return {message: set(names) for message, names in self._outstanding.items()}

    def _count(self, shown: Sequence[Event]) -> None:
        with self._changed:
            for event in shown:
                if isinstance(event, Queued):
                    self._outstanding[event.id] = set(event.to)
                elif isinstance(event, Delivered) and event.id in self._outstanding:
                    self._outstanding[event.id].discard(event.to)
                    if not self._outstanding[event.id]:
                        del self._outstanding[event.id]
            self._changed.notify_all()

    def _text(self, shown: Sequence[Event]) -> str:
        """What is written for events, without the line break at its end; with the lock held."""
        if self._json:
            return "\n".join(msgspec.json.encode(event).decode() for event in shown)
        return render(shown, self._look)

    def _print(self, text: str, *, trouble: bool = False) -> None:
        """Write it, if there is any; with the lock held."""
        if text:
            beside = trouble and not self._json and not sys.stdout.isatty()
            print(text, flush=True, file=sys.stderr if beside else sys.stdout)
