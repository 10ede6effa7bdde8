"""A client in a terminal, from its start to its exit code."""

import os
import signal
import sys
from pathlib import Path

import pexpect

from tests.processes import PATIENCE_S, ROOT, Server, client_arguments


def test_sigterm_ends_a_client_at_its_prompt(server: Server, tmp_path: Path) -> None:
    terminal = pexpect.spawn(
        sys.executable,
        [str(ROOT / "client.py"), *client_arguments(tmp_path, "alice", server.address)],
        env={**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1"},  # pexpect does not say where its cursor is
        encoding="utf-8",
        timeout=PATIENCE_S,
        cwd=str(ROOT),
    )
    try:
        terminal.expect("You are alice.*alice>")
        terminal.kill(signal.SIGTERM)
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)
    assert terminal.exitstatus == 0
