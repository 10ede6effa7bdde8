"""The disk: nothing is confirmed before it is there, and when it is full nothing is half written.

The order of things is read from the system calls of a real client, by strace.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.people import wait_until
from tests.ports import free_port
from tests.processes import Client

LONG = "x" * 60_000  # no free page of the database takes this

Start = Callable[..., Client]


def test_a_full_disk_at_the_recipient(client: Start, tmp_path: Path) -> None:
    full = tmp_path / "full"
    bob = client("bob", altered={"full_while": str(full)})
    alice = client("alice", altered={"longest_pause_s": 0.1})
    alice.do("/msg bob before")
    alice.event("sent")
    full.touch()
    alice.do(f"/msg bob {LONG}")
    assert "No room is left" in bob.event("warning", name="alice")["message"]
    alice.do("/msg bob behind it")
    assert [line["status"] for line in alice.history("bob")][1:] == ["pending", "pending"]
    full.unlink()
    for text in (LONG, "behind it"):
        bob.event("message", text=text)
        alice.event("sent")
    assert bob.texts() == ["before", LONG, "behind it"]
    assert [event["event"] for event in alice.events].count("sent") == 3


def test_a_full_disk_at_the_sender(client: Start, tmp_path: Path) -> None:
    full = tmp_path / "full"
    alice = client("alice", altered={"full_while": str(full)})
    bob, carol = client("bob", altered={}), client("carol", altered={})
    full.touch()
    alice.type(f"/msg bob,carol {LONG}")
    assert "No room is left" in alice.event("error")["message"]
    assert not alice.event("done", command="msg")["ok"]
    assert alice.history("bob") == alice.history("carol") == []
    full.unlink()
    alice.do("/msg bob,carol now")
    for reader in (bob, carol):
        reader.event("message", text="now")
        assert reader.texts() == ["now"]
    alice.quit()
    alice = client("alice", altered={})
    assert [line["text"] for line in alice.history("bob")] == ["now"]


@pytest.mark.strace
@pytest.mark.parametrize("level", ["FULL", "NORMAL"])
def test_the_ack_comes_after_the_disk(client: Start, tmp_path: Path, level: str) -> None:
    """With NORMAL, which the program does not use, the same test sees that the ack does not wait."""
    port = free_port()
    trace = tmp_path / "trace"
    strace = ("strace", "-f", "-yy", "-e", "trace=read,write,recvfrom,sendto,fdatasync,fsync", "-o", str(trace))
    bob = client("bob", "--listen", f"127.0.0.1:{port}", altered={"synchronous": level}, within=strace)
    alice = client("alice", altered={})
    alice.do("/msg bob first")
    alice.event("sent")
    wait_until(lambda: alice.history("bob")[0]["status"] == "sent", "it is marked too, so that the link is quiet")
    before = len(trace.read_text())
    alice.do("/msg bob second")
    alice.event("sent")
    bob.event("message", text="second")
    bob.quit()
    steps = steps_of(trace.read_text()[before:], port)
    between = steps[steps.index("read") : steps.index("write")]
    assert ("synced" in between) == (level == "FULL"), steps


def steps_of(trace: str, port: int) -> list[str]:
    """What was done, in order: reads from the peer's connection at `port` and writes to it, and syncs that are over."""
    peer = rf"(\w+)\(\d+<TCP:\[127\.0\.0\.1:{port}->.*= [1-9]"
    steps = []
    for line in trace.splitlines():
        if found := re.search(peer, line):
            steps.append({"recvfrom": "read", "sendto": "write"}.get(found[1], found[1]))
        elif re.search(r"f(?:data)?sync\(\d+<.*chat\.db-wal>\) += 0|<\.\.\. f(?:data)?sync resumed>\) += 0", line):
            steps.append("synced")
    return steps
