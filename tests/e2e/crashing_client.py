"""client.py, but it kills itself (SIGKILL) at the point that CRASH_AT names, the first time it gets there.

Nothing of this is in the program: each point is a method replaced here.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from chat.core.journal import Journal
from chat.core.switchboard import Switchboard
from chat.net.connection import Connection
from chat.ui.run import run
from chat.wire.delivery import Delivery, Link, Store
from chat.wire.messages import Position

MARK = b"the crash"  # a message with this text is the one that the crash is about


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def before_compose_commit() -> None:
    _after(Journal, "compose")


def after_compose_commit() -> None:
    _instead(Switchboard, "composed")


def within_the_write() -> None:
    original = Connection.queue

    def queue(self: Connection, data: bytes) -> None:
        place = data.find(MARK)
        original(self, data if place < 0 else data[: place + 3])
        if place >= 0:
            self.flush()
            die()

    Connection.queue = queue  # type: ignore[method-assign]


def after_the_write() -> None:
    original = Connection.queue

    def queue(self: Connection, data: bytes) -> None:
        original(self, data)
        if MARK in data:
            self.flush()
            die()

    Connection.queue = queue  # type: ignore[method-assign]


def ack_read() -> None:
    _after(Journal, "mark_sent")


def received_before_commit() -> None:
    _after(Journal, "receive")


def received_before_ack() -> None:
    def stored(self: Delivery, link: Link, request: Store, held: Position) -> None:
        die()

    Delivery.stored = stored  # type: ignore[method-assign]


def _after(owner: type, name: str) -> None:
    """Die when the method has done its work and nothing is committed yet."""
    original: Callable[..., Any] = getattr(owner, name)

    def method(*arguments: Any) -> None:
        original(*arguments)
        die()

    setattr(owner, name, method)


def _instead(owner: type, name: str) -> None:
    def method(*_: Any) -> None:
        die()

    setattr(owner, name, method)


SENDER_POINTS = (before_compose_commit, after_compose_commit, within_the_write, after_the_write, ack_read)
RECEIVER_POINTS = (received_before_commit, received_before_ack)

if __name__ == "__main__":
    {point.__name__: point for point in SENDER_POINTS + RECEIVER_POINTS}[os.environ["CRASH_AT"]]()
    sys.exit(run())
