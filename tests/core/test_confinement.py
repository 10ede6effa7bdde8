"""What a confined process cannot do any more, tried in one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chat.net.threads import start_thread

ROOT = Path(__file__).parents[2]
ANSWER = "said on the pipe it had before"
SCRIPT = """
import os, socket, subprocess, sys
from chat.core.confinement import confine
confine(more_bytes=64 * 1024 * 1024, cpu_s={cpu_s})
try:
    {attempt}
except (OSError, MemoryError) as error:
    os.write(1, type(error).__name__.encode() + b" ")
os.write(1, b"{answer}")
"""


def confined(attempt: str, cpu_s: int = 60) -> tuple[int, str]:
    """How a process ended that tried this once confined, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(attempt=attempt, cpu_s=cpu_s, answer=ANSWER)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("open('/etc/passwd')", "OSError"),
        ("open('/tmp/made', 'w')", "OSError"),
        ("socket.socket()", "OSError"),
        ("socket.socketpair()", "OSError"),
        ("os.pipe()", "OSError"),
        ("os.dup(0)", "OSError"),
        ("subprocess.run(['/bin/true'])", "OSError"),
        ("bytearray(128 * 1024 * 1024)", "MemoryError"),
        ("bytearray(32 * 1024 * 1024)", ""),
    ],
)
def test_what_is_left(attempt: str, error: str) -> None:
    assert confined(attempt) == (0, f"{error} {ANSWER}".strip())


def test_its_time_is_limited() -> None:
    assert confined("while True: pass", cpu_s=1) in ((-signal.SIGXCPU, ""), (-signal.SIGKILL, ""))


def test_whoever_chats_comes_first() -> None:
    code, said = confined("os.write(1, str(os.nice(0)).encode())")
    assert (code, said.removesuffix(ANSWER)) == (0, str(os.nice(0) + 10))


def test_it_can_be_told_to_end_though_the_thread_that_starts_it_leaves_the_signals_be() -> None:
    """A process has the mask of the thread that it comes from: it would hold up the end of a login."""
    outcomes: list[tuple[int, str]] = []
    thread = start_thread(lambda: outcomes.append(confined("os.kill(os.getpid(), 15)")), "it starts one")
    thread.join()
    assert outcomes == [(-signal.SIGTERM, "")]
