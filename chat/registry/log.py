"""The server's live log: one line for each thing that happens, for a person or as JSON.

It never holds a password or a message, for the registry sees neither. What came from outside is shown
inert. Who does the same on and on is named a few times, then now and then with how much was left unsaid.
A log that cannot be written to holds up nothing, and says later how much is missing.
"""

import json
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Protocol

from chat.inert import inert
from chat.net.limits import TokenBucket
from chat.times import utc_now

QUIET_S = 60.0
MAX_SOURCES = 10_000
EVENTS_AT_ONCE = 30
EVENT_EVERY_S = 3.0
REFUSALS_AT_ONCE = 5
REFUSAL_EVERY_S = 12.0
SPEAK_FOR_THEMSELVES = ("who", "note")


class Out(Protocol):
    """Where the lines go: a stream, or a Pen."""

    def write(self, text: str, /) -> int:
        """How much of it was taken."""

    def flush(self) -> None:
        """Have it seen."""


class Log:
    """Writes lines and counts what they tell; any thread may call."""

    def __init__(self, out: Out | None = None, *, as_json: bool = False) -> None:
        self._out: Out = out or sys.stdout
        self._json = as_json
        self._lock = threading.Lock()
        self._quiet_until: dict[tuple[str, str], float] = {}
        self._events = TokenBucket(1 / EVENT_EVERY_S, EVENTS_AT_ONCE)
        self._refusals = TokenBucket(1 / REFUSAL_EVERY_S, REFUSALS_AT_ONCE)
        self._unsaid: Counter[str] = Counter()
        self._lost = 0
        self.counts: Counter[str] = Counter()  # every event, also those that were left unsaid

    def event(self, event: str, **facts: object) -> None:
        """`event` and its facts, as in: 12:00:01  bob signs in     from 192.0.2.7 port 4711."""
        self._say(self._events, f"{facts.get('name', '')} {event}", event, facts)

    def refusal(self, address: str, reason: str) -> None:
        """A connection was cut: each reason is said once a minute for each address, and few in all."""
        now = time.monotonic()
        with self._lock:
            if now < self._quiet_until.get((address, reason), 0.0):
                self.counts["refused"] += 1
                return
            if len(self._quiet_until) >= MAX_SOURCES:
                self._quiet_until.clear()
            self._quiet_until[address, reason] = now + QUIET_S
        self._say(self._refusals, address, "refused", {"address": address, "reason": reason})

    def _say(self, bucket: TokenBucket, source: str, event: str, facts: dict[str, object]) -> None:
        may = bucket.take(source, time.monotonic())
        with self._lock:
            self.counts[event] += 1
            if not may:
                if len(self._unsaid) >= MAX_SOURCES:
                    self._unsaid.clear()
                self._unsaid[source] += 1
                return
            unsaid = self._unsaid.pop(source, None)
            lines = [self._line(event, {**facts, "unsaid": unsaid} if unsaid else facts)]
            if self._lost:
                lines.insert(0, self._line("lost", {"lines": self._lost}))
            with suppress(OSError, ValueError):  # nobody reads it any more
                if self._out.write("".join(f"{inert(line)}\n" for line in lines)):
                    self._lost = 0
                    self._out.flush()
                else:
                    self._lost += 1

    def _line(self, event: str, facts: dict[str, object]) -> str:
        if self._json:
            return json.dumps({"time": utc_now(), "event": event, **facts})
        name = facts.get("name", "")
        rest = [_worded(key, value) for key, value in facts.items() if key != "name" and value not in ("", None)]
        return f"{time.strftime('%H:%M:%S')}  {name or '-':<12} {event:<14} {' '.join(rest)}".rstrip()


def _worded(key: str, value: object) -> str:
    if value is True:
        return key
    return str(value) if key in SPEAK_FOR_THEMSELVES else f"{key} {value}"
