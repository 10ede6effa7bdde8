"""A process that keeps its memory to itself, and takes the descriptors that it may have."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

PRIVATE = """
import ctypes, os, resource
from chat.net.process import keep_memory_private
keep_memory_private()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), flush=True)  # PR_GET_DUMPABLE
os.abort()
"""

LIMIT = """
import resource
from chat.net.process import raise_descriptor_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (50, hard))
assert raise_descriptor_limit() == hard == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
"""


GARBAGE = """
import gc
from chat.net.process import collect_less_garbage
collect_less_garbage()
assert gc.isenabled() and gc.get_freeze_count() > 1000 and len(gc.get_objects()) < 1000
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_dump_is_left(tmp_path: Path) -> None:
    outcome = run(PRIVATE, tmp_path)
    assert outcome.stdout == "(0, 0) 0\n"
    assert outcome.returncode == -6
    assert list(tmp_path.iterdir()) == []


def test_the_soft_limit_is_raised(tmp_path: Path) -> None:
    assert run(LIMIT, tmp_path).returncode == 0


def test_what_was_imported_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    outcome = run(GARBAGE, tmp_path)
    assert outcome.returncode == 0, outcome.stderr
