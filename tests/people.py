"""People in one process: real registries, nodes, sockets, TLS and databases, without processes and passwords."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from chat.core import events, keyring
from chat.core.credentials import Credentials
from chat.core.enrolment import Enrolment
from chat.core.file_journal import DEFAULT_POLICY, FilePolicy
from chat.core.home import Home
from chat.core.keyring import KeyringFile
from chat.core.node import Node, Options
from chat.registry.log import Log
from chat.registry.service import Limits, Registry
from db.connection import Database
from db.sqlite import SqliteDatabase
from tests.ports import free_port

PATIENCE_S = 30.0
NO_LIMITS = Limits(per_address=10_000, rate_per_address=10_000, burst_per_address=10_000)

E = TypeVar("E", bound=events.Event)


class Inbox:
    """The events of one node, and a way to wait for one."""

    def __init__(self) -> None:
        self.all: list[events.Event] = []
        self._changed = threading.Condition()

    def notify(self, *shown: events.Event) -> None:
        with self._changed:
            self.all += shown
            self._changed.notify_all()

    def of(self, kind: type[E]) -> list[E]:
        with self._changed:
            return [event for event in self.all if isinstance(event, kind)]

    def wait_for(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True, count: int = 1) -> list[E]:
        """The events of a kind that fit, once there are `count` of them."""
        found: list[E] = []

        def enough() -> bool:
            found[:] = [event for event in self.all if isinstance(event, kind) and fits(event)]
            return len(found) >= count

        with self._changed:
            assert self._changed.wait_for(enough, PATIENCE_S), (
                f"{len(found)} of {count} {kind.__name__}; seen: {self.all[-10:]}"
            )
        return found

    def texts(self, count: int) -> list[str]:
        return [event.text for event in self.wait_for(events.Incoming, count=count)]


class Person:
    """Somebody who enrolled, and a node that can be started and stopped again and again."""

    def __init__(
        self, name: str, home: Path, registry: tuple[str, int], database: Callable[[bytes], Database] | None = None
    ) -> None:
        self.name = name
        self.home = Home(home)
        self.registry = registry
        password = f"the password of {name}"
        if not self.home.is_enrolled:
            Enrolment(self.home, name, registry).enrol(password)
        self.keyring, _ = KeyringFile.read(self.home.keyring).open(password)
        key = self.keyring.database_key
        self.database: Database = database(key) if database else SqliteDatabase(self.home.database, key)
        self.inbox = Inbox()
        self._node: Node | None = None

    @property
    def node(self) -> Node:
        assert self._node is not None
        return self._node

    def start(
        self,
        *,
        hidden: bool = False,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        files: FilePolicy = DEFAULT_POLICY,
    ) -> "Person":
        credentials = Credentials(self.home, self.keyring)
        self._node = Node(
            credentials,
            self.database,
            Options(self.registry, listen, self.home.downloads, self.home.outgoing, hidden, files),
            self.inbox.notify,
        )
        self._node.start()
        return self

    def stop(self) -> None:
        if self._node is not None:
            self._node.close()
            self._node = None

    def statuses(self) -> list[tuple[str, str, str]]:
        """(name, message, status) of every row of Sender, in order."""
        with self.node.pool.borrow() as connection:
            return [
                (name, message, status)
                for name, message, status in connection.query(
                    "SELECT name, message, status FROM Sender ORDER BY ordinal, name"
                )
            ]


class Town:
    """A registry and the people who use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people: dict[str, Person] = {}
        self._registry: Registry | None = None
        self._address = ("127.0.0.1", free_port())
        self.log = (folder / "registry.log").open("a")
        self.open_registry()

    @property
    def registry(self) -> tuple[str, int]:
        return self._address

    def open_registry(self) -> None:
        self._registry = Registry(
            self._address, self.folder / "registry", log=Log(self.log), limits=NO_LIMITS, bcrypt_cost=4
        )
        self._address = self._registry.address

    def close_registry(self) -> None:
        if self._registry is not None:
            self._registry.close()
            self._registry = None

    def person(self, name: str, database: Callable[[bytes], Database] | None = None) -> Person:
        person = self.people[name] = Person(name, self.folder / name, self._address, database)
        return person

    def close(self) -> None:
        try:
            for person in self.people.values():
                person.stop()
        finally:
            self.close_registry()
            self.log.close()


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """A town that is closed at the end, whatever happens."""
    place = Town(folder)
    try:
        yield place
    finally:
        place.close()


def cheap_passwords() -> None:
    """Derive keys without the cost that is the point of it: for tests of other things."""
    keyring.SCRYPT_N = 2


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll for a state that no event tells of; fails after a while."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        threading.Event().wait(0.005)
