"""The bot of examples/ as it is: a program of its own, which people write to."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.processes import Client, Process, Server, client_arguments


def test_the_bot_answers_each_message_once(
    server: Server, client: Callable[..., Client], tmp_path: Path, started: Callable[[Process], Process]
) -> None:
    bot = started(Process("examples/bot.py", *client_arguments(tmp_path, "helper", server.address)))
    bot.wait_line(lambda line: line == "helper is on.")
    alice = client("alice")
    for text in ("hello", "/quit", "what time is it?", "Time, please"):
        alice.type(f"/msg helper {text}")
        answer = alice.event("message", **{"from": "helper"})["text"]
        assert answer.startswith("It is " if text.startswith("Time") else f"You said: {text}. ")
    os.kill(bot.pid, signal.SIGINT)
    assert bot.wait() == 0
    assert alice.quit() == 0
    assert len([event for event in alice.events if event["event"] == "message"]) == 4


def test_the_bot_ends_with_its_client(server: Server, tmp_path: Path, started: Callable[[Process], Process]) -> None:
    arguments = client_arguments(tmp_path, "helper", server.address)
    bot = started(Process("examples/bot.py", *arguments, "--registry-fingerprint", "00"))
    assert bot.wait() == 4
    assert "not the one that was expected" in bot.lines[-1]
