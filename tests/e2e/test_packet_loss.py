"""Real clients on a network that loses three packets of ten, in both directions."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.needs import IN_NAMESPACE, NAMESPACE
from tests.processes import Client, Server

pytestmark = pytest.mark.packet_loss

MESSAGES = 100
LOSE = (
    "add table inet loss;"
    "add chain inet loss arriving { type filter hook input priority 0; };"
    "add rule inet loss arriving numgen random mod 100 < 30 counter drop"
)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def network() -> Iterator[None]:
    """A namespace that has a loopback of its own and nothing else."""
    run("ip", "netns", "add", NAMESPACE)
    try:
        run("ip", "-n", NAMESPACE, "link", "set", "lo", "up")
        yield
    finally:
        run("ip", "netns", "delete", NAMESPACE)


def test_three_packets_of_ten_are_lost(network: None, tmp_path: Path, started: Callable[[Any], Any]) -> None:
    server = started(Server(tmp_path / "registry", within=IN_NAMESPACE))
    alice, bob = (
        started(Client(tmp_path, name, server.address, altered={}, within=IN_NAMESPACE)).ready()
        for name in ("alice", "bob")
    )
    run(*IN_NAMESPACE, "nft", LOSE)
    written = [f"message {number}" for number in range(MESSAGES)]
    for text in written:
        alice.do(f"/msg bob {text}")
        bob.do(f"/msg alice {text}")
    alice.type("/msg bob last")
    bob.type("/msg alice last")
    for client in (alice, bob):
        client.event("message", text="last")
        assert client.texts() == [*written, "last"]
    assert "packets 0 " not in run(*IN_NAMESPACE, "nft", "list table inet loss")
