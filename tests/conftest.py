"""What the tests share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.people import Town, cheap_passwords, town
from tests.processes import Client, Process, Server

P = TypeVar("P", bound=Process)


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    cheap_passwords()


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

    def start(name: str, *arguments: str) -> Client:
        return started(Client(tmp_path, name, server.address, *arguments)).ready()

    return start
