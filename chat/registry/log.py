"""The server's live log: one line for each thing that happens, for a person or as JSON.

It never holds a password or a message, for the registry sees neither. What came from outside is shown
inert. A source that keeps failing is named once a minute.
"""

import json
import sys
import threading
import time
from typing import TextIO

from chat.inert import inert
from chat.times import utc_now

QUIET_S = 60.0
MAX_SOURCES = 10_000
SPEAK_FOR_THEMSELVES = ("who", "note")


class Log:
    """Writes lines; any thread may call."""

    def __init__(self, out: TextIO | None = None, *, as_json: bool = False) -> None:
        self._out = out or sys.stdout
        self._json = as_json
        self._lock = threading.Lock()
        self._quiet_until: dict[tuple[str, str], float] = {}

    def event(self, event: str, **facts: object) -> None:
        """`event` and its facts, as in: 12:00:01  bob signs in     from 192.0.2.7 port 4711."""
        if self._json:
            line = json.dumps({"time": utc_now(), "event": event, **facts})
        else:
            name = facts.pop("name", "")
            rest = " ".join(_worded(key, value) for key, value in facts.items() if value not in ("", None))
            line = f"{time.strftime('%H:%M:%S')}  {name or '-':<12} {event:<14} {rest}".rstrip()
        with self._lock:
            self._out.write(inert(line) + "\n")
            self._out.flush()

    def refusal(self, address: str, reason: str) -> None:
        """A connection was cut: said once a minute for each address and reason."""
        now = time.monotonic()
        with self._lock:
            if now < self._quiet_until.get((address, reason), 0.0):
                return
            if len(self._quiet_until) >= MAX_SOURCES:
                self._quiet_until.clear()
            self._quiet_until[address, reason] = now + QUIET_S
        self.event("refused", address=address, reason=reason)


def _worded(key: str, value: object) -> str:
    if value is True:
        return key
    return str(value) if key in SPEAK_FOR_THEMSELVES else f"{key} {value}"
