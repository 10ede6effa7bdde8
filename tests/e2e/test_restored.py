"""An old copy of a database is put back: nothing is lost or doubled in silence, and the person is told."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.processes import Client

Start = Callable[..., Client]
WORLD: dict[str, object] = {"altered": {}}


def copy_database(home: Path, kept: Path) -> None:
    """Of a client that does not run."""
    kept.mkdir()
    for file in home.glob("chat.db*"):
        shutil.copy2(file, kept)


def put_back(kept: Path, home: Path) -> None:
    for file in home.glob("chat.db*"):
        file.unlink()
    for file in kept.iterdir():
        shutil.copy2(file, home)


def say(alice: Client, *texts: str) -> None:
    for text in texts:
        alice.do(f"/msg bob {text}")
    for _ in texts:
        alice.event("sent")


def texts_of(client: Client, name: str) -> list[str]:
    return [line["text"] for line in client.history(name)]


def test_at_the_sender(client: Start, tmp_path: Path) -> None:
    alice, bob = client("alice", **WORLD), client("bob", **WORLD)
    say(alice, "one", "two")
    alice.quit()
    copy_database(tmp_path / "alice", tmp_path / "old")
    alice = client("alice", **WORLD)
    say(alice, "three", "four")
    alice.quit()
    put_back(tmp_path / "old", tmp_path / "alice")
    alice = client("alice", **WORLD)
    alice.do("/msg bob five")
    told = alice.event("warning", name="bob")
    assert "one of the two databases was set back" in told["message"]
    bob.event("message", text="five")
    say(alice, "six")
    bob.event("message", text="six")
    assert bob.texts() == ["one", "two", "three", "four", "five", "six"]
    assert texts_of(bob, "alice") == bob.texts()
    assert texts_of(alice, "bob") == ["one", "two", "five", "six"]  # as the copy has it


def test_at_the_recipient(client: Start, tmp_path: Path) -> None:
    alice, bob = client("alice", **WORLD), client("bob", **WORLD)
    say(alice, "one", "two")
    bob.quit()
    copy_database(tmp_path / "bob", tmp_path / "old")
    bob = client("bob", **WORLD)
    say(alice, "three", "four")
    bob.quit()
    put_back(tmp_path / "old", tmp_path / "bob")
    bob = client("bob", **WORLD)
    assert texts_of(bob, "alice") == ["one", "two"]
    alice.do("/msg bob five")
    told = alice.event("warning", name="bob")
    assert told["message"] == "2 messages go out anew: bob's database was set back"
    bob.event("message", text="five")
    assert bob.texts() == ["three", "four", "five"]
    assert texts_of(bob, "alice") == ["one", "two", "three", "four", "five"]
