"""What `make demo` does, with this interpreter: the scripted conversation, and alice in a terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import PATIENCE_S, ROOT
from tests.screen import Terminal

DEMO = str(ROOT / "examples" / "demo.py")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Has the demo keep its folder where we can look whether it is gone."""
    return {**os.environ, "TERM": "xterm-256color", "TMPDIR": str(tmp_path)}


def test_without_a_terminal_all_of_it_arrives(environment: dict[str, str], tmp_path: Path) -> None:
    demo = subprocess.run(
        [sys.executable, DEMO],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "All 8 messages arrived" in demo.stdout
    assert demo.stderr == ""
    assert not list(tmp_path.iterdir())


def test_in_a_terminal_you_are_alice(environment: dict[str, str], tmp_path: Path) -> None:
    terminal = _in_terminal(environment)
    try:
        terminal.wait_for("bob: Hello alice!", "carol: Hi alice")
        terminal.enter("/msg bob,carol Who are you?")
        terminal.wait_for("bob: bob, a bot", "carol: carol. Also a bot")
        terminal.enter("/quit")
        assert terminal.wait_end() == 0
    finally:
        terminal.close()
    assert not list(tmp_path.iterdir())


def test_ended_from_outside_it_cleans_up(environment: dict[str, str], tmp_path: Path) -> None:
    terminal = _in_terminal(environment)
    try:
        terminal.wait_for("You are alice;")
        assert list(tmp_path.iterdir())
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_end() == 128 + signal.SIGTERM
    finally:
        terminal.close()
    assert not list(tmp_path.iterdir())


def _in_terminal(environment: dict[str, str]) -> Terminal:
    return Terminal([sys.executable, DEMO], columns=120, lines=40, environment=environment)
