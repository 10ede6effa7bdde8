"""client.py, but the first time it gets to the point that CRASH_AT names while the file VICTIMS is there, it
kills (SIGKILL) whom that file names by pid, itself or its database server or both, and takes the file away.

Nothing of this is in the program: each point is a method replaced here. Passwords are cheap, for quick starts.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from chat.core.journal import Journal
from chat.core.switchboard import Switchboard
from chat.net.connection import Connection
from chat.ui.run import run
from chat.wire.delivery import Delivery
from tests.people import cheap_passwords

MARK = b"the crash"  # a message with this text is the one that the crash is about


def kill_victims() -> None:
    victims = Path(os.environ["VICTIMS"])
    if victims.exists():
        pids = [int(pid) for pid in victims.read_text().split()]
        victims.unlink()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


def before_compose_commit() -> None:
    _after(Journal, "compose")


def after_compose_commit() -> None:
    _before(Switchboard, "composed")


def within_the_write() -> None:
    original = Connection.queue

    def queue(self: Connection, data: bytes) -> None:
        place = data.find(MARK)
        if place >= 0 and Path(os.environ["VICTIMS"]).exists():
            original(self, data[: place + 3])
            self.flush()
            kill_victims()
            data = data[place + 3 :]
        original(self, data)

    Connection.queue = queue  # type: ignore[method-assign]


def after_the_write() -> None:
    original = Connection.queue

    def queue(self: Connection, data: bytes) -> None:
        original(self, data)
        if MARK in data:
            self.flush()
            kill_victims()

    Connection.queue = queue  # type: ignore[method-assign]


def ack_read() -> None:
    _after(Journal, "mark_sent")


def received_before_commit() -> None:
    _after(Journal, "receive")


def received_before_ack() -> None:
    _before(Delivery, "stored")


def _after(owner: type, name: str) -> None:
    """When the method has done its work and nothing is committed yet."""
    original: Callable[..., Any] = getattr(owner, name)

    def method(*arguments: Any) -> Any:
        value = original(*arguments)
        kill_victims()
        return value

    setattr(owner, name, method)


def _before(owner: type, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def method(*arguments: Any) -> Any:
        kill_victims()
        return original(*arguments)

    setattr(owner, name, method)


SENDER_POINTS = (before_compose_commit, after_compose_commit, within_the_write, after_the_write, ack_read)
RECEIVER_POINTS = (received_before_commit, received_before_ack)

if __name__ == "__main__":
    cheap_passwords()
    {point.__name__: point for point in SENDER_POINTS + RECEIVER_POINTS}[os.environ["CRASH_AT"]]()
    sys.exit(run())
