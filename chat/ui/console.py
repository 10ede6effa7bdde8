"""The only printer: text for people, JSON for programs, and a count of what is still under way."""

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from chat.core.events import (
    Delivered,
    Event,
    Exporting,
    Failure,
    Incoming,
    KeyChanged,
    PresenceChanged,
    Queued,
    Ready,
    Status,
    Transfer,
    Warn,
)
from chat.ui.gauge import Gauge
from chat.ui.messages import Look
from chat.ui.views import render
from chat.ui.wrapping import wrapped

GIVEN_UP = ("cancelled", "failed")
PASSING = Ready | PresenceChanged | Incoming


class Console:
    """Any thread may call."""

    def __init__(self, look: Look, *, as_json: bool = False, only_answers: bool = False) -> None:
        """With `only_answers` a person is told of what was asked for and of trouble, not of what comes and goes."""
        self._look = look
        self._json = as_json
        self._only_answers = only_answers and not as_json
        self._lock = threading.Lock()
        self._outstanding: dict[str, set[str]] | None = None  # message id: who does not have it yet
        self._changed = threading.Condition()
        self._gauge = Gauge(sys.stderr)
        for out in (sys.stdout, sys.stderr):
            with suppress(AttributeError):  # a stream that is none of Python's own
                out.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # what it cannot show

    def notify(self, *shown: Event) -> None:
        """Show events."""
        self.show(shown)

    def show(self, shown: Sequence[Event]) -> None:
        """Show events that belong together."""
        if self._outstanding is not None:
            self._count(self._outstanding, shown)
        if self._only_answers:
            shown = [event for event in shown if not isinstance(event, PASSING)]
        with self._lock:
            self._print(self._text(shown), trouble=isinstance(next(iter(shown), None), Failure | Warn | KeyChanged))

    def wrote(self, message_id: str, to: Sequence[str], text: str) -> None:
        """What stands in a message that was queued: a program and a pipe have written it themselves."""

    def turned(self, talking_to: Sequence[str], unread: int) -> None:  # noqa: ARG002 - a terminal shows it
        """Whom plain lines go to from now on."""
        if talking_to:
            self.notify(Status(name="talking to", value=", ".join(talking_to), source="/query"))

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

    def _text(self, shown: Sequence[Event]) -> str:
        """What is written for events, without the line break at its end; with the lock held."""
        if self._json:
            return "\n".join(msgspec.json.encode(event).decode() for event in shown)
        if shown and isinstance(shown[0], Exporting):
            self._gauge.show(shown[0])
        return render(shown, self._look, self._columns)

    @property
    def _columns(self) -> int:
        """How wide the terminal is now; 0 if it is none."""
        try:
            return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
        except (OSError, ValueError):
            return 0

    def _print(self, text: str, *, trouble: bool = False, as_it_is: bool = False) -> None:
        """Write it, if there is any, in lines that fit unless it is to stay as it is; with the lock held."""
        if text:
            self._gauge.clear()
            beside = trouble and not self._json and not sys.stdout.isatty()
            out = sys.stderr if beside else sys.stdout
            try:
                print(text if as_it_is or self._json else wrapped(text, self._columns), flush=True, file=out)
            except BrokenPipeError:  # nobody reads any more: what is under way is brought to its end all the same
                os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
