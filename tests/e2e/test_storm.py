"""Everything at once: people write while links are cut, the registry restarts, and they come, go, hide and block.

Real nodes, sockets, TLS, threads and databases in this process. Each person is an actor with a script of
its own, drawn from the seed, and so is the weather; how they interleave is up to the machine. Afterwards
all is healed, and everything must have arrived once and in order.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from chat.core import backoff, events
from chat.core.transfer.source import inspect
from chat.errors import StorageFailure
from chat.net.listener import Listener, OnConnection
from chat.wire import pulse
from tests import effort
from tests.flaky import FlakyDatabase
from tests.people import Town, wait_until
from tests.proxy import NEVER, Proxy

NAMES = ("alice", "bob", "carol", "dave")


class Weather:
    """The network round all listeners: every peer is reached through a proxy."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._proxies: list[Proxy] = []
        self.calm = False

    def listener(self, address: tuple[str, int], on_connection: OnConnection) -> Listener:
        """In place of Listener: one that announces a proxy before it."""
        weather = self

        class Behind(Listener):
            def __init__(self) -> None:
                super().__init__(address, on_connection)
                self._proxy = Proxy(super().address, budget=weather.budget)
                weather._proxies.append(self._proxy)

            @property
            def address(self) -> tuple[str, int]:
                return self._proxy.address

            def close(self) -> None:
                if self._proxy in weather._proxies:
                    weather._proxies.remove(self._proxy)
                    self._proxy.close()
                super().close()

        return Behind()

    def budget(self) -> int:
        """Every third connection breaks by itself, in the middle of whatever it carries then."""
        return NEVER if self.calm or self._chance.random() < 0.66 else self._chance.randrange(1, 30_000)

    def blow(self, town: Town) -> None:
        """One misfortune."""
        what = self._chance.random()
        proxies = list(self._proxies)
        if what < 0.15:
            town.close_registry()
            self._pause(0.3)
            town.open_registry()
        elif what < 0.3 and proxies:
            proxy = self._chance.choice(proxies)
            proxy.silence()
            self._pause(1.5)
            proxy.heal()
        elif proxies:
            self._chance.choice(proxies).cut()
        self._pause(0.3)

    def _pause(self, longest_s: float) -> None:
        time.sleep(self._chance.uniform(0, longest_s))


class Actor:
    """One person's script: mostly writing; at times leaving, hiding, blocking, or a database that breaks down."""

    def __init__(self, name: str, town: Town) -> None:
        self.person = town.person(name)
        self._database = self.person.database = FlakyDatabase(self.person.database)
        self._folder = town.folder
        self._chance = random.Random(f"{effort.SEED} {name}")
        self.others = [other for other in NAMES if other != name]
        self._count = 0
        self.written: dict[str, list[str]] = defaultdict(list)  # by recipient
        self.doubtful: set[str] = set()  # the database broke down under it: it may be written or not

    def act(self) -> None:
        what = self._chance.random()
        if what < 0.85:
            for _ in range(self._chance.choice((1, 1, 1, 2, 40))):
                self._write()
        elif what < 0.88:
            self._send_file()
        elif what < 0.91:
            self.person.stop()
            self._pause(0.3)
            self.person.start(hidden=self._chance.random() < 0.2)
        elif what < 0.94:
            self._break_down()
        elif what < 0.97:
            self._hide_or_show()
        else:
            self._block_or_unblock()
        self._pause(0.05)

    def recover(self) -> None:
        self.person.node.show()
        for name in self.others:
            self.person.node.people.unblock(name)

    def _write(self) -> None:
        self._count += 1
        text = f"{self.person.name} {self._count} " + "x" * self._chance.choice((0, 10, 1000))
        self._send(text, self.person.node.send)

    def _send_file(self) -> None:
        self._count += 1
        path = self._folder / f"{self.person.name}-{self._count}"
        path.write_bytes(self._chance.randbytes(60_000))
        attached = inspect(path)
        self._send(path.name, lambda names, text: self.person.node.send(names, text, kind="file", file=attached))

    def _send(self, text: str, send: Callable[[list[str], str], str]) -> None:
        people = self.person.node.people
        names = self._chance.sample(self.others, self._chance.randint(1, len(self.others)))
        names = [name for name in names if not people.get(name).blocked]
        if not names:
            return
        try:
            send(names, text)
        except StorageFailure:
            self.doubtful.add(text)
        for name in names:
            self.written[name].append(text)

    def _break_down(self) -> None:
        """Statements fail now and then, and answers to commits are lost."""
        own = random.Random(self._chance.random())
        self._database.sickness.statement = lambda: own.random() < 0.1
        self._database.sickness.answer = lambda: own.random() < 0.2
        for act in (self._write, self._write, self._hide_or_show, self._write, self._block_or_unblock, self._write):
            with suppress(StorageFailure):
                act()
        self._pause(0.3)
        self._database.sickness.heal()

    def _hide_or_show(self) -> None:
        node = self.person.node
        if node.hidden:
            node.show()
        else:
            node.hide()

    def _block_or_unblock(self) -> None:
        people = self.person.node.people
        blocked = [name for name in self.others if people.get(name).blocked]
        if blocked:
            people.unblock(self._chance.choice(blocked))
        else:
            people.block(self._chance.choice(self.others))

    def _pause(self, longest_s: float) -> None:
        time.sleep(self._chance.uniform(0, longest_s))

    def has_sent_all(self) -> bool:
        with self.person.node.pool.borrow() as connection:
            return not connection.query("SELECT 1 FROM Sender WHERE status <> 'sent' LIMIT 1")

    def held_from(self, name: str) -> list[str]:
        with self.person.node.pool.borrow() as connection:
            rows = connection.query("SELECT message FROM Receiver WHERE name = ? ORDER BY ordinal", (name,))
        return [text for (text,) in rows]


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What ended threads of ours."""
    found: list[str] = []
    before = threading.excepthook
    threading.excepthook = lambda fault: found.append(f"{fault.thread}: {fault.exc_type.__name__}: {fault.exc_value}")
    yield found
    threading.excepthook = before


def test_nothing_is_lost_in_a_storm(village: Town, monkeypatch: pytest.MonkeyPatch, faults: list[str]) -> None:
    monkeypatch.setattr(pulse, "PING_AFTER_S", 0.3)
    monkeypatch.setattr(pulse, "DEAD_AFTER_S", 1.0)
    monkeypatch.setattr(backoff, "LONGEST_S", 1.0)
    weather = Weather(random.Random(effort.SEED))
    monkeypatch.setattr("chat.core.doorway.Listener", weather.listener)
    actors = [Actor(name, village) for name in NAMES]
    for actor in actors:
        actor.person.start()
    for actor in actors:
        for name in actor.others:
            actor.person.node.people.add(name, None)
    _storm([*(actor.act for actor in actors), lambda: weather.blow(village)])
    weather.calm = True
    for actor in actors:
        actor.recover()
    for actor in actors:
        wait_until(actor.has_sent_all, f"all that {actor.person.name} wrote is sent")
    for reader in actors:
        _check(reader, actors)
    assert not faults, faults


def _storm(acts: list[Callable[[], None]]) -> None:
    """Each in a thread of its own, again and again for a while. A fault of the test's own is raised."""
    end = time.monotonic() + effort.STORM_S
    with ThreadPoolExecutor(len(acts)) as threads:
        for future in [threads.submit(_until, end, act) for act in acts]:
            future.result()


def _until(end: float, act: Callable[[], None]) -> None:
    while time.monotonic() < end:
        act()


def _check(reader: Actor, actors: list[Actor]) -> None:
    """All is held once and in the order of writing, and was shown at most once."""
    for writer in actors:
        if writer is not reader:
            held = reader.held_from(writer.person.name)
            written = writer.written[reader.person.name]
            assert held == [text for text in written if text in held or text not in writer.doubtful]
            assert written
    shown = Counter(event.id for event in reader.person.inbox.of(events.Incoming))
    assert set(shown.values()) == {1}
