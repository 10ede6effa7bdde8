"""Starting a process that reads one file of a stranger: the parent's side of `confinement`."""

import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]


def start_confined(module: str, *arguments: str, file: BinaryIO) -> subprocess.Popen[bytes]:
    """Run a module of ours with `file` as its standard input; what it answers is read from its standard output."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", module, *arguments],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(),
        start_new_session=True,  # Ctrl-C at the terminal is not for it
    )


def _environment() -> dict[str, str]:
    """Nothing of ours but where the program lies; one heap, so that the limit of memory means something."""
    return {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}
