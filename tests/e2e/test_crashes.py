"""kill -9 at every point of delivery, with real processes: each message arrives once, in order, and turns sent."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.crashing_client import RECEIVER_POINTS, SENDER_POINTS
from tests.processes import Client, Server

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
KILLED = -signal.SIGKILL
CRASHING = "tests/e2e/crashing_client.py"
CRASH = "the crash"

Keep = Callable[[Client], Client]


class Pair:
    """Alice writes to bob; one of them is killed and started again, round after round."""

    def __init__(self, folder: Path, server: Server, keep: Keep, arguments: Callable[[str], tuple[str, ...]]) -> None:
        self._folder = folder
        self._server = server
        self._keep = keep
        self._arguments = arguments
        self.written: list[str] = []

    def start(self, name: str, crash_at: str = "") -> Client:
        script = CRASHING if crash_at else "client.py"
        environment = {"CRASH_AT": crash_at} if crash_at else None
        arguments = self._arguments(name)
        return self._keep(
            Client(self._folder, name, self._server.address, *arguments, script=script, environment=environment)
        ).ready()

    def write(self, alice: Client, text: str) -> None:
        alice.type(f"/msg bob {text}")
        self.written.append(text)

    def check(self, alice: Client, bob: Client) -> None:
        """All that was written is there, once and in order, and known to be."""
        last = f"last of {len(self.written)}"
        self.write(alice, last)
        bob.event("message", text=last)
        alice.event("sent")
        assert texts_of(bob, "alice") == self.written
        wait_all_sent(alice, len(self.written))


def texts_of(client: Client, other: str) -> list[str]:
    return [line["text"] for line in history(client, other)]


def wait_all_sent(client: Client, count: int) -> None:
    """Ask until the history says so: the mark follows its notice by a moment."""
    for _ in range(200):
        lines = history(client, "bob")
        if [line["status"] for line in lines] == ["sent"] * count:
            return
    raise AssertionError(lines)


def history(client: Client, name: str) -> list[dict[str, str]]:
    before = len(client.lines)
    client.do(f"/history {name} -n 1000")
    return [event for event in client.events[before:] if event["event"] == "history"]


@pytest.fixture
def pair(tmp_path: Path, server: Server, started: Keep) -> Pair:
    return Pair(tmp_path, server, started, lambda _: ())


@pytest.mark.parametrize("point", [point.__name__ for point in SENDER_POINTS])
def test_sender_killed(pair: Pair, point: str) -> None:
    bob = pair.start("bob")
    pair.start("alice").quit()  # enrolled, so that a round is quick
    for number in range(ROUNDS):
        alice = pair.start("alice", crash_at=point)
        pair.write(alice, f"{CRASH} {number}")
        assert alice.wait() == KILLED
        if point == "before_compose_commit":
            pair.written.pop()  # it was never shown as written
        alice = pair.start("alice")
        pair.check(alice, bob)
        alice.quit()


@pytest.mark.parametrize("point", [point.__name__ for point in RECEIVER_POINTS])
def test_receiver_killed(pair: Pair, point: str) -> None:
    alice = pair.start("alice")
    pair.start("bob").quit()
    for number in range(ROUNDS):
        bob = pair.start("bob", crash_at=point)
        pair.write(alice, f"{CRASH} {number}")
        assert bob.wait() == KILLED
        bob = pair.start("bob")
        pair.check(alice, bob)
        bob.quit()
