"""/export with the real programs and the real models: alone, and beside a client that is running."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.processes import Client, Server, run_client


def test_anonymised_beside_a_running_client(server: Server, client: Callable[..., Client], tmp_path: Path) -> None:
    alice, bob = client("alice"), client("bob")
    alice.do("/add bob")
    alice.do("/nicknames bob Bobby")
    bob.do("/msg alice My sister Jennifer Miller lives in London, says Bobby. Call +49 170 1234567!")
    alice.event("message")
    path = tmp_path / "data.jsonl"
    done = run_client(tmp_path, "alice", server.address, "-c", f"/export {path} --anonymised")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = path.read_text().splitlines()
    text = json.loads(line)["text"]
    for word in ("Jennifer", "Miller", "London", "Bobby", "1234567"):
        assert word not in text
    assert text.startswith("My sister <PERSON_")
    assert "lives in <PLACE_" in text
    assert "| messages | 1 |" in (tmp_path / "data.card.md").read_text()
    again = run_client(tmp_path, "alice", server.address, "-c", f"/export {path}")
    assert again.returncode == 1
    assert "--overwrite" in again.stderr


def test_without_a_client_everything_as_it_is(server: Server, client: Callable[..., Client], tmp_path: Path) -> None:
    bob = client("bob")
    alice = client("alice")
    alice.do("/msg bob hello")
    bob.event("message")
    alice.quit()
    done = run_client(tmp_path, "alice", server.address, "-c", f"/export {tmp_path}/mine.jsonl")
    assert done.returncode == 0, done.stderr
    assert "everything as it is" in done.stderr
    record = json.loads((tmp_path / "mine.jsonl").read_text())
    assert (record["from"], record["to"], record["text"]) == ("alice", ["bob"], "hello")
