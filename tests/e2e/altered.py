"""client.py or server.py in an altered world: what ALTERED names, a JSON object, is changed before it starts.

Nothing of this is in the programs: each alteration is a constant or a method replaced here. Passwords are
always cheap, for quick starts.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import server
from chat import times
from chat.core import backoff
from chat.core.doorway import Doorway
from chat.core.transfer.running import Running
from chat.registry import authority
from chat.ui.run import run
from chat.wire import pulse
from db.sqlite import SqliteConnection
from tests.people import cheap_passwords


def pulse_s(seconds: list[float]) -> None:
    """When a silent peer is asked, and when given up."""
    pulse.PING_AFTER_S, pulse.DEAD_AFTER_S = seconds


def longest_pause_s(seconds: float) -> None:
    """Between two tries."""
    backoff.FIRST_S = min(backoff.FIRST_S, seconds)
    backoff.LONGEST_S = seconds


def announced_port(port: int) -> None:
    """Where peers are told to dial: at a proxy, say."""
    Doorway.address = property(lambda door: ("127.0.0.1", port if door._listener else 0))  # type: ignore[assignment,method-assign]


def clock_ahead_s(seconds: float) -> None:
    """How far this machine's clock is ahead; OpenSSL, which looks at certificates, has the true time."""
    true_time_ns = time.time_ns

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=seconds)

    times.datetime = authority.datetime = Ahead  # type: ignore[attr-defined]
    time.time_ns = lambda: true_time_ns() + int(seconds * 1e9)


def synchronous(level: str) -> None:
    """SQLite's own word for how much a commit waits for the disk."""
    original = SqliteConnection._open

    def opened(connection: SqliteConnection, key: bytes) -> None:
        original(connection, key)
        connection._driver.execute(f"PRAGMA synchronous = {level}")

    SqliteConnection._open = opened  # type: ignore[assignment,method-assign]


def full_while(path: str) -> None:
    """The database may not grow while there is a file at `path`."""
    original = SqliteConnection.begin

    def begin(connection: SqliteConnection) -> None:
        pages = 1 if Path(path).exists() else 1 << 30  # less than there are means: no more than there are
        connection._driver.execute(f"PRAGMA max_page_count = {pages}")
        original(connection)

    SqliteConnection.begin = begin  # type: ignore[assignment,method-assign]


def killed_by(path: str) -> None:
    """While there is a file at `path`, the process is killed when it has moved so many bytes of a transfer."""
    original = Running.moved

    def moved(running: Running, count: int) -> None:
        original(running, count)
        with suppress(FileNotFoundError):
            if running.bytes_done - running._started_with >= int(Path(path).read_text()):
                os.kill(os.getpid(), signal.SIGKILL)

    Running.moved = moved  # type: ignore[assignment,method-assign]


ALTERATIONS: tuple[Callable[[Any], None], ...] = (
    pulse_s,
    longest_pause_s,
    announced_port,
    clock_ahead_s,
    synchronous,
    full_while,
    killed_by,
)

if __name__ == "__main__":
    cheap_passwords()
    known = {alteration.__name__: alteration for alteration in ALTERATIONS}
    for name, value in json.loads(os.environ["ALTERED"]).items():
        known[name](value)
    sys.exit(server.main() if "--data" in sys.argv else run())
