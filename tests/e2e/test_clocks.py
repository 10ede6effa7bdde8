"""A clock that is a year off: it orders nothing, and if certificates seem invalid by it that is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Client, Server, run_client

YEAR_S = 365 * 24 * 3600

Keep = Callable[[Any], Any]


def test_the_order_is_that_of_writing_whatever_the_clocks_say(client: Callable[..., Client]) -> None:
    alice = client("alice", altered={"clock_ahead_s": YEAR_S})
    bob, carol = client("bob", altered={}), client("carol", altered={"clock_ahead_s": -YEAR_S})
    said: list[tuple[str, str]] = []
    for number in range(3):
        for writer in (alice, bob, carol):
            others = [other for other in (alice, bob, carol) if other is not writer]
            said.append((writer.name, f"{writer.name} {number}"))
            writer.do(f"/msg {','.join(other.name for other in others)} {said[-1][1]}")
            for other in others:
                other.event("message", text=said[-1][1])
    for reader in (alice, bob, carol):
        expected = [text for writer, text in said if writer != reader.name]
        assert reader.texts() == expected
        reader.type("/history -n 100")
        reader.event("done", command="history")
        shown = [(line["from"], line["text"]) for line in reader.events if line["event"] == "history"]
        assert shown == said


@pytest.mark.parametrize(
    ("ahead_s", "words"),
    [(YEAR_S, "not valid yet: one of the two clocks is wrong"), (-11 * YEAR_S, "not valid any more")],
)
def test_a_registry_of_another_time(tmp_path: Path, started: Keep, ahead_s: int, words: str) -> None:
    server = started(Server(tmp_path / "registry"))
    bob = (tmp_path, "bob", server.address)
    assert run_client(*bob, "-c", "/status").returncode == 0
    server.stop()
    port = int(server.address.rpartition(":")[2])
    started(Server(tmp_path / "registry", port=port, altered={"clock_ahead_s": ahead_s}))
    new = run_client(tmp_path, "carol", server.address, "-c", "/status")
    assert (new.returncode, new.stdout) == (3, "")
    assert words in new.stderr
    known = run_client(*bob, "-c", "/history")
    assert known.returncode == 0  # as while the registry is away
    assert words in known.stderr
    assert "in between" not in known.stderr
