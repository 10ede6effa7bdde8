"""What the tests share. Those that need more than Python are marked so: left out aloud where it is missing."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings

from db.connection import Database
from db.mysql import MysqlDatabase
from db.sqlite import SqliteDatabase
from tests import effort
from tests import mariadb as mariadb_server
from tests.bulk import BulkPairs
from tests.mariadb import MariaDb
from tests.needs import NEEDS
from tests.people import Town, cheap_passwords, town
from tests.processes import Client, Process, Server

settings.register_profile("ours", deadline=None)  # a loaded machine is slow, and that is no fault
settings.load_profile("ours")

# What a shell starts in the background ignores Ctrl-C, and so would all the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

P = TypeVar("P", bound=Process)

left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs something that is missing, unless it should be there: then those tests fail."""
    for mark, need in NEEDS.items():
        needy = [item for item in items if item.get_closest_marker(mark)]
        if not needy or need.is_met() or need.must_be_met:
            continue
        items[:] = [item for item in items if item not in needy]
        config.hook.pytest_deselected(items=needy)
        left_out.append(f"{len(needy)} tests {need.tests}, for {need.missing}.")
    output = getattr(config, "workeroutput", None)  # in one process of several
    if output is not None:
        output["left_out"] = left_out


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, need in NEEDS.items():
        if need.must_be_met and item.get_closest_marker(mark) and not need.is_met():
            pytest.fail(f"Cannot be run, for {need.missing}.")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one process of several left out, which is what each of them did."""
    left_out[:] = getattr(node, "workeroutput", {}).get("left_out", left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for why in left_out:
        terminalreporter.write_line(f"LEFT OUT: {why}")
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"SEED={effort.SEED} lets chance start where it started here.")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """A database server for all tests; those that change its settings set them back."""
    with mariadb_server.own_server() as server:
        yield server


@pytest.fixture
def mysql(mariadb: MariaDb) -> Iterator[MysqlDatabase]:
    """An empty database on the server."""
    database = mariadb.empty()
    yield database
    mariadb.drop(database)


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database on each of the two engines."""
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "chat.db", bytes(range(32)))
    server_database: MysqlDatabase = request.getfixturevalue("mysql")
    return server_database


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    cheap_passwords()


@pytest.fixture(scope="session")
def _bulk_pairs(tmp_path_factory: pytest.TempPathFactory) -> BulkPairs:
    return BulkPairs(tmp_path_factory.mktemp("bulk"))


@pytest.fixture
def bulk_pairs(_bulk_pairs: BulkPairs) -> Iterator[BulkPairs]:
    """Makes connections for files."""
    yield _bulk_pairs
    _bulk_pairs.close()


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Town]:
    """A registry and people, all in this process."""
    with town(tmp_path) as place:
        yield place


@pytest.fixture
def started() -> Iterator[Callable[[P], P]]:
    """Keeps processes that a test starts, and ends those that still run."""
    processes: list[Process] = []

    def keep(process: P) -> P:
        processes.append(process)
        return process

    yield keep
    for process in processes:
        process.close()


@pytest.fixture
def server(tmp_path: Path, started: Callable[[Server], Server]) -> Server:
    """A registry in a process of its own."""
    return started(Server(tmp_path / "registry"))


@pytest.fixture
def client(tmp_path: Path, server: Server, started: Callable[[Client], Client]) -> Callable[..., Client]:
    """Starts clients in processes of their own, and waits until they are ready."""

    def start(name: str, *arguments: str, registry: str = "", **how: Any) -> Client:
        return started(Client(tmp_path, name, registry or server.address, *arguments, **how)).ready()

    return start
