"""What is installed is what is named: every requirement is locked, with hashes, in the version that was chosen."""

import re
from pathlib import Path

import pytest
from audit import verdict

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([\w.]+)", re.MULTILINE)
PAIRS = [
    ("requirements.txt", "requirements.lock"),
    ("requirements-export.txt", "requirements-export.lock"),
    ("requirements-dev.txt", "requirements-dev.lock"),
]


def pins(file: str) -> dict[str, str]:
    """Versions by name, in the form in which names are compared."""
    found = PIN.findall((ROOT / file).read_text("utf-8"))
    return {re.sub(r"[._-]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize(("chosen", "locked"), PAIRS)
def test_every_requirement_is_locked(chosen: str, locked: str) -> None:
    assert pins(chosen).items() <= pins(locked).items(), "run: make lock"


@pytest.mark.parametrize("locked", [locked for _, locked in PAIRS])
def test_every_package_has_hashes(locked: str) -> None:
    lines = re.sub(r"^#.*\n", "", (ROOT / locked).read_text("utf-8"), flags=re.MULTILINE)
    blocks = re.split(r"^(?=\S)", lines, flags=re.MULTILINE)
    for block in filter(str.strip, blocks):
        assert PIN.match(block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-export.lock"])
def test_the_locks_agree(lock: str) -> None:
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "no known vulnerability in 1"),
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}], 1, "a: CVE-1"),
        ([{"name": "a", "skip_reason": "not found"}], 2, "NOT AUDITED: nothing could be learnt about a"),
        ([{"name": "a", "skip_reason": "x"}, {"name": "b", "version": "1", "vulns": [{"id": "CVE-1"}]}], 1, "CVE-1"),
        ([], 2, "NOT AUDITED"),
    ],
)
def test_an_audit_that_could_not_run_has_not_passed(found: list[dict[str, object]], code: int, words: str) -> None:
    assert verdict("lock", found)[0] == code
    assert words in verdict("lock", found)[1]
