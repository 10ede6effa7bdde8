"""Two people with files between them, and one of them calling as a rogue would."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core import events
from chat.core.transfer import carriage, running
from chat.core.transfer.part import PartFile
from chat.core.transfer.source import inspect
from chat.net.bulk import BulkConnection
from chat.net.tls import ALPN_TRANSFER
from db.files import FileRow, files_numbered
from tests.people import PATIENCE_S, Person, wait_until

MUCH = 32 * 1024 * 1024  # more than the buffers of two sockets take


def make(person: Person, name: str, size: int = 1000) -> Path:
    """A file of one's own, unlike any other; long ones have holes."""
    path = person.home.path.parent / f"{person.name}'s {name}"
    with path.open("wb") as file:
        file.write(os.urandom(min(size, 1000)))
        file.truncate(size)
    return path


def send(person: Person, names: list[str], path: Path) -> bytes:
    attached = inspect(path)
    return bytes.fromhex(person.node.send(names, attached.attachment.name, kind="file", file=attached))


def told(person: Person, state: str, direction: str = "in", count: int = 1) -> list[events.Transfer]:
    return person.inbox.wait_for(events.Transfer, lambda e: e.state == state and e.direction == direction, count)


def row(person: Person, number: int) -> FileRow:
    return person.node.people.read(lambda connection: files_numbered(connection, number))[0]


def call(person: Person, name: str) -> BulkConnection:
    """A transfer connection, to say on it what one likes."""
    person.node.people.make_known(name)
    wait_until(lambda: person.node.is_online(name), f"{name} can be found")
    _, tls = person.node._doorway.reach(name, ALPN_TRANSFER)
    return BulkConnection(tls)


class Held:
    """Files that come in from some people, or from all, stop before their first byte until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self._go = threading.Event()
        self.begun: list[FileRow] = []
        original = running.receive_file

        def receive(run: running.Running, part: PartFile) -> bytes:
            self.begun.append(run.row)
            if not names or run.row.name in names:
                assert self._go.wait(PATIENCE_S)
            return original(run, part)

        monkeypatch.setattr(carriage, "receive_file", receive)

    def let_go(self) -> None:
        self._go.set()


Friends = Callable[..., list[Person]]
