"""kill -9 at every point of delivery, with real processes: each message arrives once, in order, and turns sent.

On both engines, round after round. On a database server that one is killed too: with the client, as if the
power was cut, or alone, and then the client must go on by itself.
"""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests import effort
from tests.e2e.crashing_client import RECEIVER_POINTS, SENDER_POINTS
from tests.mariadb import MariaDb
from tests.processes import Client, Server

KILLED = -signal.SIGKILL
CRASHING = "tests/e2e/crashing_client.py"
CRASH = "the crash"
CLIENT, DATABASE, BOTH = {"client"}, {"database"}, {"client", "database"}


class Pair:
    """Alice writes to bob; one of the two, the victim, is killed and started again, or its database is."""

    def __init__(self, folder: Path, registry: str, victim: str, point: str, mariadb: MariaDb | None) -> None:
        self._folder = folder
        self._registry = registry
        self._environment = {"CRASH_AT": point, "VICTIMS": str(folder / "victims")}
        self._mariadb = mariadb
        self._victim = victim
        self._flags: dict[str, tuple[str, ...]] = {}
        if mariadb is not None:
            self._flags[victim] = ("--db", mariadb.url(mariadb.empty(), folder))
        self.written: list[str] = []
        self.doubtful: set[str] = set()  # told as not stored, by a database that may have stored it all the same
        self.clients = {name: self._start(name) for name in ("alice", "bob")}

    def _start(self, name: str) -> Client:
        flags = self._flags.get(name, ())
        client = Client(self._folder, name, self._registry, *flags, script=CRASHING, environment=self._environment)
        return client.ready()

    def close(self) -> None:
        for client in self.clients.values():
            client.close()

    def crash(self, killed: set[str], text: str) -> None:
        """Alice writes `text`, and those killed die of it and are started again."""
        pids = []
        if "database" in killed:
            assert self._mariadb is not None
            pids.append(self._mariadb.pid)
        if "client" in killed:
            pids.append(self.clients[self._victim].pid)  # the last, since it is the one who kills
        self._order(pids)
        self.write(text)
        if "client" in killed:
            assert self.clients[self._victim].wait() == KILLED
        if "database" in killed:
            assert self._mariadb is not None
            self._mariadb.wait()
            self._mariadb.start()
        if "client" in killed:
            self.clients[self._victim] = self._start(self._victim)
        elif not self.clients["alice"].event("done", command="msg")["ok"]:
            self.doubtful.add(text)

    def _order(self, pids: list[int]) -> None:
        """Whom the victim is to kill: not half written when it looks."""
        draft = self._folder / "victims to be"
        draft.write_text(" ".join(map(str, pids)))
        draft.rename(self._environment["VICTIMS"])

    def write(self, text: str) -> None:
        self.clients["alice"].type(f"/msg bob {text}")
        self.written.append(text)

    def check(self) -> None:
        """All that was written is there, once and in order, and known to be."""
        alice, bob = self.clients["alice"], self.clients["bob"]
        last = f"last of {len(self.written)}"
        self.write(last)
        bob.event("message", text=last)
        held = [line["text"] for line in bob.history("alice")]
        assert held == [text for text in self.written if text in held or text not in self.doubtful]
        wait_all_sent(alice, held)


def wait_all_sent(alice: Client, texts: list[str]) -> None:
    """Ask until the history says so: the mark follows its notice by a moment."""
    for _ in range(1000):
        lines = alice.history("bob")
        if [(line["text"], line["status"]) for line in lines] == [(text, "sent") for text in texts]:
            return
    raise AssertionError(lines)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server]]:
    """A registry, and the homes of alice and bob, who have nothing in their databases yet."""
    folder = tmp_path_factory.mktemp("enrolled")
    server = Server(folder / "registry")
    for name in ("alice", "bob"):
        environment = {"CRASH_AT": SENDER_POINTS[0].__name__, "VICTIMS": str(folder / "nobody")}
        client = Client(folder, name, server.address, script=CRASHING, environment=environment).ready()
        assert client.quit() == 0
        client.close()
        for file in (folder / name).glob("chat.db*"):
            file.unlink()
    yield folder, server
    server.close()


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
def engine(request: pytest.FixtureRequest) -> MariaDb | None:
    return None if request.param == "sqlite" else request.getfixturevalue("mariadb")


@contextmanager
def pair(
    enrolled: tuple[Path, Server], folder: Path, victim: str, point: str, engine: MariaDb | None
) -> Iterator[Pair]:
    homes, server = enrolled
    shutil.copytree(homes, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("registry"))
    both = Pair(folder, server.address, victim, point, engine)
    yield both
    both.close()


def rounds(engine: MariaDb | None) -> Iterator[tuple[int, set[str]]]:
    """Who is killed, round after round."""
    return enumerate(islice(cycle([CLIENT] if engine is None else [BOTH, DATABASE, CLIENT]), effort.CRASH_ROUNDS))


@pytest.mark.parametrize("point", [point.__name__ for point in SENDER_POINTS])
def test_sender_killed(enrolled: tuple[Path, Server], tmp_path: Path, point: str, engine: MariaDb | None) -> None:
    with pair(enrolled, tmp_path, "alice", point, engine) as both:
        for number, killed in rounds(engine):
            both.crash(killed, f"{CRASH} {number}")
            if point == "before_compose_commit" and "client" in killed:
                both.written.pop()  # it was never shown as written
            both.check()


@pytest.mark.parametrize("point", [point.__name__ for point in RECEIVER_POINTS])
def test_receiver_killed(enrolled: tuple[Path, Server], tmp_path: Path, point: str, engine: MariaDb | None) -> None:
    with pair(enrolled, tmp_path, "bob", point, engine) as both:
        for number, killed in rounds(engine):
            both.crash(killed, f"{CRASH} {number}")
            both.check()
