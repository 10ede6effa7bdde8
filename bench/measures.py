"""What is measured, in three parts. Each round visits every subject and every floor, so that noise hits all."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from typing import Any, Protocol

from bench.drivers import Crowd, JsonDriver, Memory, NodeDriver, Place, Run
from bench.loops import KINDS, Receiver, Sender
from bench.mariadb import mariadb, server_program
from bench.report import Figure
from bench.workers import Worker

WINDOWS = (64, 1024)
MEMORY_DISK = Path("/dev/shm")
DURABLE = "durable"
SEALED = "durable, sealed"
EMBEDDED = "client to client"

LATENCY_AIM = 1.5
RATE_AIM = 0.6


@dataclass(frozen=True)
class Plan:
    """How much is done."""

    rounds: int
    latencies: int
    seconds: float
    crowds: tuple[int, ...]
    backlogs: tuple[int, ...]
    rooms: tuple[int, ...]


class Subject(Protocol):
    """Something whose delivery is timed."""

    def latencies(self, count: int) -> list[float]:
        """Seconds, one message at a time."""

    def rate(self, window: int, seconds: float) -> float:
        """Messages a second."""


class Loop:
    """A floor."""

    def __init__(self, sender: Worker, number: int) -> None:
        self._sender = sender
        self._number = number

    def latencies(self, count: int) -> list[float]:
        """Seconds, one message at a time."""
        return list(self._sender.call("latencies", self._number, count))

    def rate(self, window: int, seconds: float) -> float:
        """Messages a second."""
        return float(self._sender.call("rate", self._number, window, seconds))


class Pair:
    """Two clients, of which the first writes to the second."""

    def __init__(self, writer: Worker, to: str) -> None:
        self._writer = writer
        self._to = to

    def latencies(self, count: int) -> list[float]:
        """Seconds, one message at a time."""
        return list(self._writer.call("latencies", self._to, count))

    def rate(self, window: int, seconds: float) -> float:
        """Messages a second."""
        run: Run = self._writer.call("rate", [self._to], window, seconds)
        return run.count / run.seconds


# One message at a time, and many in flight


def delivery(plan: Plan, place: Place) -> list[Figure]:
    """Latency and rate of the floors and of two clients on each engine."""
    with ExitStack() as stack:
        subjects = {**stack.enter_context(_loops(place.folder)), **stack.enter_context(_pairs(place))}
        figures = {name: _figures(name) for name in subjects}
        for subject in subjects.values():  # links come up, caches fill
            subject.latencies(20)
        for _ in range(plan.rounds):
            for name, subject in subjects.items():
                _round(plan, subject, figures[name])
    _compare(figures)
    return [figure for group in figures.values() for figure in group]


def _figures(name: str) -> list[Figure]:
    rates = [Figure(f"{name}: {window:,} in flight", "messages/s") for window in WINDOWS]
    return [Figure(f"{name}: p50", "ms"), Figure(f"{name}: p99", "ms"), *rates]


def _round(plan: Plan, subject: Subject, figures: Sequence[Figure]) -> None:
    percentiles = quantiles(subject.latencies(plan.latencies), n=100)
    values = [percentiles[49] * 1e3, percentiles[98] * 1e3]
    values += [subject.rate(window, plan.seconds) for window in WINDOWS]
    for figure, value in zip(figures, values, strict=True):
        figure.rounds.append(value)


def _compare(figures: dict[str, list[Figure]]) -> None:
    floors = figures[DURABLE]
    for name, group in figures.items():
        if name in {kind.name for kind in KINDS}:
            continue
        for figure, floor in zip(group, floors, strict=True):
            figure.floor = floor
        if name == EMBEDDED:
            p50, _, *rates = group
            p50.aim = LATENCY_AIM
            for rate in rates:
                rate.aim = RATE_AIM


@contextmanager
def _loops(folder: Path) -> Iterator[dict[str, Subject]]:
    with ExitStack() as stack:
        receiver = stack.enter_context(Worker(Receiver, _folder(folder / "receiver")))
        sender = stack.enter_context(Worker(Sender, _folder(folder / "sender"), receiver.call("port")))
        yield {kind.name: Loop(sender, number) for number, kind in enumerate(KINDS)}


@contextmanager
def _pairs(place: Place) -> Iterator[dict[str, Subject]]:
    with ExitStack() as stack:
        subjects: dict[str, Subject] = {EMBEDDED: stack.enter_context(_pair("", place, place))}
        subjects[f"{EMBEDDED}, --json pipes"] = stack.enter_context(_pair("json", place, place, JsonDriver))
        if server_program():
            databases = stack.enter_context(mariadb(place.folder / "mariadb", ["alice", "bob"]))
            alice, bob = (replace(place, mysql=database) for database in databases)
            subjects[f"{EMBEDDED}, MariaDB"] = stack.enter_context(_pair("mariadb", alice, bob))
        yield subjects


@contextmanager
def _pair(suffix: str, one: Place, other: Place, driver: type = NodeDriver) -> Iterator[Pair]:
    with Worker(NodeDriver, f"bob{suffix}", other) as bob, Worker(driver, f"alice{suffix}", one) as alice:
        for client in (bob, alice):
            client.call("start")
        bob.call("add", f"alice{suffix}")
        yield Pair(alice, f"bob{suffix}")
        for client in (alice, bob):
            client.call("stop")


# Many conversations


def conversations(plan: Plan, place: Place) -> list[Figure]:
    """One client that writes to 1, 10 and 100 others in turn: what a message costs it."""
    names = [f"peer{number}" for number in range(max(plan.crowds))]
    figures = []
    with ExitStack() as stack:
        others = replace(place, folder=stack.enter_context(memory_disk(place.folder)))
        crowd = stack.enter_context(Worker(Crowd, names, others))
        hub = stack.enter_context(Worker(NodeDriver, "hub", place))
        for client in (crowd, hub):
            client.call("start")
        crowd.call("add", "hub")
        groups = [names[:size] for size in plan.crowds]
        hub.call("latencies", names[0], 10)
        runs: list[list[Run]] = [[] for _ in groups]
        for number in range(plan.rounds + 1):
            for group, done in zip(groups, runs, strict=True):
                run = hub.call("rate", group, max(WINDOWS), plan.seconds)
                if number:  # in the first round links come up
                    done.append(run)
        for client in (hub, crowd):
            client.call("stop")
    for group, done in zip(groups, runs, strict=True):
        what = f"{len(group)} conversations"
        figures.append(Figure(f"{what}: in all", "messages/s", [run.count / run.seconds for run in done]))
        cpu = [run.cpu_seconds / run.count * 1e6 for run in done]
        figures.append(Figure(f"{what}: CPU of the writer", "µs/message", cpu))
    _against_first(figures)
    return figures


def _against_first(figures: Sequence[Figure]) -> None:
    for number, figure in enumerate(figures[2:]):
        figure.floor = figures[number % 2]


# A backlog


def backlogs(plan: Plan, place: Place, floor: Figure) -> list[Figure]:
    """Messages that wait for someone who returns: how fast they go, and the memory that takes."""
    return [figure for count in plan.backlogs for figure in _backlog(count, place, floor)]


def _backlog(count: int, place: Place, floor: Figure) -> list[Figure]:
    to = f"absent{count}"
    with Worker(NodeDriver, to, place) as reader, Worker(NodeDriver, f"writer{count}", place) as writer:
        for client in (reader, writer):
            client.call("start")
        reader.call("add", f"writer{count}")
        writer.call("latencies", to, 10)
        reader.call("stop")
        written: Run = writer.call("write", to, count)
        before = [worker.call("memory") for worker in (writer, reader)]
        draining: Future[Any] = writer.begin("drain", count)
        reader.call("start")
        drained: Run = draining.result()
        after = [worker.call("memory") for worker in (writer, reader)]
        for client in (writer, reader):
            client.call("stop")
    what = f"backlog of {count:,}"
    return [
        Figure(f"{what}: written", "messages/s", [written.count / written.seconds], floor),
        Figure(f"{what}: drained", "messages/s", [drained.count / drained.seconds], floor, RATE_AIM),
        *_growth(what, before, after),
    ]


def _growth(what: str, before: Sequence[Memory], after: Sequence[Memory]) -> list[Figure]:
    return [
        Figure(f"{what}: memory {of}", "MiB more", [(then.peak - first.now) / 2**20])
        for of, first, then in zip(("of the writer", "of the reader"), before, after, strict=True)
    ]


@contextmanager
def memory_disk(otherwise: Path) -> Iterator[Path]:
    """A folder that costs no disk, where there is one: so that the others' disks are not measured."""
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else otherwise) as folder:
        yield Path(folder)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
