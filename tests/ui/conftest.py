"""A client in a terminal, among people who live in the test's process."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.net.addresses import format_address
from tests.people import Town
from tests.processes import ROOT, client_arguments
from tests.screen import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def open_terminal(village: Town, tmp_path: Path) -> Iterator[Open]:
    """Starts `client.py --name NAME` in a terminal of its own; the config file is the test's."""
    opened: list[Terminal] = []

    def start(name: str, *arguments: str, columns: int = 80, lines: int = 24, **environment: str) -> Terminal:
        flags = client_arguments(tmp_path / "clients", name, format_address(*village.registry))
        command = [sys.executable, str(ROOT / "client.py"), *flags, *arguments]
        own = {"XDG_CONFIG_HOME": str(tmp_path / "config"), **environment}
        opened.append(Terminal(command, columns=columns, lines=lines, environment=own))
        return opened[-1]

    (tmp_path / "clients").mkdir()
    yield start
    for terminal in opened:
        terminal.close()
