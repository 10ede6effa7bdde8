"""What `make demo` does, with this interpreter: the scripted conversation, and alice in a terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.processes import PATIENCE_S, ROOT

DEMO = str(ROOT / "examples" / "demo.py")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Has the demo keep its folder where we can look whether it is gone."""
    return {**os.environ, "TMPDIR": str(tmp_path), "PROMPT_TOOLKIT_NO_CPR": "1"}


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
        terminal.expect(_in_any_order("bob: Hello alice!", "carol: Hi alice"))
        terminal.sendline("/msg bob,carol Who are you?")
        terminal.expect(_in_any_order("bob: bob, a bot", "carol: carol. Also a bot"))
        terminal.sendline("/quit")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close()
    assert terminal.exitstatus == 0
    assert not list(tmp_path.iterdir())


def test_ended_from_outside_it_cleans_up(environment: dict[str, str], tmp_path: Path) -> None:
    terminal = _in_terminal(environment)
    try:
        terminal.expect_exact("You are alice;")
        assert list(tmp_path.iterdir())
        terminal.kill(signal.SIGTERM)
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close()
    assert terminal.exitstatus == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())


def _in_any_order(one: str, other: str) -> str:
    return f"{one}.*{other}|{other}.*{one}"


def _in_terminal(environment: dict[str, str]) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable, [DEMO], env=environment, encoding="utf-8", timeout=PATIENCE_S, dimensions=(40, 120)
    )
