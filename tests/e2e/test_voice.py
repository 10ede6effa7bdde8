"""Voice messages between real programs: what alice says in several formats, bob finds; a kill loses nothing."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.core.voice.samples import WORDS, speech, words, write
from tests.processes import Client, Server, run_client

FORMATS = "ogg", "m4a", "amr"


def test_bob_finds_what_alice_said(client: Callable[..., Client], tmp_path: Path) -> None:
    alice, bob = client("alice"), client("bob")
    bob.do("/add alice")
    for ending in FORMATS:
        alice.do(f"/voice bob {write(tmp_path / f'memo.{ending}', speech())}")
    for _ in FORMATS:
        transcript = bob.event("transcript")
        assert words(transcript["text"]) == WORDS.split()
        assert (transcript["from"], round(transcript["seconds"])) == ("alice", 5)
    bob.do("/search WORST has:voice")
    found = [event for event in bob.events if event["event"] == "search"]
    assert [event["text"].split("\n")[0] for event in found] == [f"memo.{ending}" for ending in reversed(FORMATS)]
    assert all("worst of times" in event["transcript"] for event in found)
    messages = [event for event in bob.events if event["event"] == "message"]
    assert [event["kind"] for event in messages] == ["voice"] * len(FORMATS)
    sent = [event["id"] for event in alice.events if event["event"] == "sent"]
    assert sorted(sent) == sorted(event["id"] for event in messages)
    assert alice.quit() == bob.quit() == 0


def test_a_kill_loses_no_words(client: Callable[..., Client], tmp_path: Path) -> None:
    alice, bob = client("alice"), client("bob")
    bob.do("/add alice")
    alice.do(f"/voice bob {write(tmp_path / 'memo.ogg', speech(10.0))}")
    message = bob.event("transfer", state="done")
    bob.kill()
    assert [event for event in bob.events if event["event"] == "transcript"] == []
    bob = client("bob")
    assert words(bob.event("transcript", id=message["id"])["text"])[:12] == WORDS.split()
    assert alice.event("sent")["id"] == message["id"]
    alice.event("transcript", id=message["id"])
    assert alice.quit() == bob.quit() == 0


def test_as_a_script(server: Server, tmp_path: Path) -> None:
    """What is no recording, a microphone that is not there or that nobody could end: a sentence and 1."""
    (tmp_path / "letter.txt").write_text("Dear Bob")
    for command, why in (
        (f"/voice bob {tmp_path / 'letter.txt'}", "letter.txt cannot be sent as a voice message: It is no recording"),
        (f"/voice bob {tmp_path / 'nothing.ogg'}", "nothing.ogg cannot be read: no such file"),
        ("/play 99", "There is no recording of the number 99"),
    ):
        done = run_client(tmp_path, "alice", server.address, "-c", command)
        assert done.returncode == 1
        assert why in done.stderr
    done = run_client(tmp_path, "alice", server.address, "-c", "/voice bob")
    assert done.returncode == 1
    assert re.search("libportaudio2|There is no microphone here|Recording needs a terminal", done.stderr)
