"""Drives a client and takes its time: from the moment a message is handed in to the `sent` event.

Two ways in: the node itself, in this process, without its screen; or client.py --json as a bot has it,
through the pipes of a process. Either way there lie in between: a commit here, TLS, a commit there, TLS
back, and all the threads.
"""

import os
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chat.core.events import Delivered, Event
from chat.net.process import collect_less_garbage
from db.connection import Database
from db.mysql import MysqlDatabase
from tests.people import Inbox, Person, cheap_passwords
from tests.processes import ROOT, client_arguments

PATIENCE_S = 120.0
TEXT = "x" * 100


@dataclass(frozen=True)
class Place:
    """Where somebody lives: a folder, the registry, and a MySQL database or none for the embedded engine."""

    folder: Path
    registry: tuple[str, int]
    mysql: MysqlDatabase | None = None


@dataclass(frozen=True)
class Run:
    """What `count` messages took; CPU seconds are those of this process."""

    count: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Memory:
    """Resident bytes of this process: now, and at most since the last look."""

    now: int
    peak: int


class Counter(Inbox):
    """Counts what was delivered, and keeps nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.last_at = 0.0

    def notify(self, *shown: Event) -> None:
        """Events of a node's."""
        at = time.perf_counter()
        self.add(sum(isinstance(event, Delivered) for event in shown), at)

    def add(self, count: int, at: float) -> None:
        """So many more, at that time."""
        if count:
            with self._changed:
                self.count += count
                self.last_at = at
                self._changed.notify()

    def wait(self, count: int) -> None:
        """Until there were that many."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.count >= count, PATIENCE_S), (self.count, count)


class Driver(ABC):
    """Hands messages in and waits until they are delivered."""

    def __init__(self) -> None:
        self.delivered = Counter()

    @abstractmethod
    def hand_in(self, name: str) -> None:
        """Have a message to `name` sent."""

    def latencies(self, name: str, count: int) -> list[float]:
        """Seconds from handing in to `sent`, one message at a time."""
        times = []
        for number in range(self.delivered.count + 1, self.delivered.count + count + 1):
            start = time.perf_counter()
            self.hand_in(name)
            self.delivered.wait(number)
            times.append(self.delivered.last_at - start)
        return times

    def rate(self, names: Sequence[str], window: int, seconds: float) -> Run:
        """What goes to `names` in turn, with `window` messages in flight in all."""
        start, cpu, before, count = time.perf_counter(), time.process_time(), self.delivered.count, 0
        while time.perf_counter() - start < seconds:
            self.hand_in(names[count % len(names)])
            count += 1
            if count - (self.delivered.count - before) >= window:
                self.delivered.wait(before + count - window + max(1, window // 8))
        self.delivered.wait(before + count)
        return Run(count, self.delivered.last_at - start, time.process_time() - cpu)


class NodeDriver(Driver):
    """A person's node in this process."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__()
        cheap_passwords()
        collect_less_garbage()
        mysql = place.mysql

        def database(_: bytes) -> Database:
            assert mysql is not None
            return mysql

        self._person = Person(name, place.folder / name, place.registry, database if mysql else None)
        self._person.inbox = self.delivered

    def hand_in(self, name: str) -> None:
        """By the node's own method."""
        self._person.node.submit([name], TEXT)

    def start(self) -> None:
        """Be there."""
        self._person.start()

    def stop(self) -> None:
        """Leave."""
        self._person.stop()

    def add(self, name: str) -> None:
        """Make a contact of `name`: of a stranger only a hundred messages are taken."""
        self._person.node.people.add(name, None)

    def join(self, room: str) -> None:
        """Come into a room, which is made if it is not there."""
        self._person.node.rooms.join(room, closed=False)

    def lines(self, room: str, count: int) -> list[Run]:
        """Lines to a room, each as soon as the last one has the one before: from handing in until that one has it."""
        runs = []
        for _ in range(count):
            there = sum(member.present for member in self._person.node.rooms.members(room)) - 1
            start, cpu, before = time.perf_counter(), time.process_time(), self.delivered.count
            self.hand_in(room)
            self.delivered.wait(before + there)
            runs.append(Run(there, self.delivered.last_at - start, time.process_time() - cpu))
        return runs

    def write(self, name: str, count: int) -> Run:
        """Write `count` messages to someone who is not there."""
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            self.hand_in(name)
        return Run(count, time.perf_counter() - start, time.process_time() - cpu)

    def drain(self, count: int) -> Run:
        """Wait until as many more are delivered: the recipient is coming back just now."""
        start, cpu = time.perf_counter(), time.process_time()
        self.delivered.wait(self.delivered.count + count)
        return Run(count, self.delivered.last_at - start, time.process_time() - cpu)

    def memory(self) -> Memory:
        """Of this process; the peak is since the last call."""
        facts = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        now, peak = (int(facts[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM"))
        Path("/proc/self/clear_refs").write_text("5")
        return Memory(now, peak)


class Crowd:
    """Many people's nodes in this process."""

    def __init__(self, names: Sequence[str], place: Place) -> None:
        self._people = [NodeDriver(name, place) for name in names]

    def start(self) -> None:
        """Be there, all of them."""
        for person in self._people:
            person.start()

    def stop(self) -> None:
        """Leave."""
        for person in self._people:
            person.stop()

    def join(self, room: str, count: int) -> None:
        """The first so many come into a room."""
        for person in self._people[:count]:
            person.join(room)

    def add(self, name: str) -> None:
        """Each makes a contact of `name`."""
        for person in self._people:
            person.add(name)


class JsonDriver(Driver):
    """client.py --json: a line in, a line out."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__()
        self._name = name
        self._place = place

    def start(self) -> None:
        """Be there."""
        host, port = self._place.registry
        who = client_arguments(self._place.folder, self._name, f"{host}:{port}")
        self._process = subprocess.Popen(
            [sys.executable, "client.py", *who, "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert self._process.stdin is not None
        self._stdin = self._process.stdin.fileno()
        ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        assert ready.wait(PATIENCE_S), "client.py did not get ready"

    def hand_in(self, name: str) -> None:
        """By a /msg line."""
        os.write(self._stdin, f"/msg {name} {TEXT}\n".encode())

    def stop(self) -> None:
        """Leave."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)

    def _read(self, ready: threading.Event) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(b'{"event":"sent"'):
                self.delivered.add(1, time.perf_counter())
            elif line.startswith(b'{"event":"ready"'):
                ready.set()
