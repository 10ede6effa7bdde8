"""Look for known vulnerabilities in what is locked: make audit.

Exits 0 where none is known, 1 where one is, and 2, saying so, where the list of them cannot be reached:
a check that could not run is no check that passed.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-export.lock", "requirements-dev.lock")
TIMEOUT_S = 120


def audit(lock: str) -> tuple[int, str]:
    """What became of one lock: an exit code as above, and what to say."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format", "json"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [*command, "-r", str(ROOT / lock)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        found = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return 2, f"{lock}: NOT AUDITED: the list of vulnerabilities cannot be reached."
    return verdict(lock, found)


def verdict(lock: str, found: list[dict[str, Any]]) -> tuple[int, str]:
    """The exit code for what pip-audit found, and what to say. One that it passed over was not audited."""
    known = [f"{each['name']}: {vulnerability['id']}" for each in found for vulnerability in each.get("vulns", [])]
    passed_over = [each["name"] for each in found if "skip_reason" in each]
    if known:
        return 1, f"{lock}: known vulnerabilities: {', '.join(known)}."
    if passed_over or not found:
        return 2, f"{lock}: NOT AUDITED: nothing could be learnt about {', '.join(passed_over) or 'anything'}."
    return 0, f"{lock}: no known vulnerability in {len(found)} packages."


def main() -> int:
    """Audit both; the worst of it."""
    if importlib.util.find_spec("pip_audit") is None:
        print("NOT AUDITED: pip-audit is not installed here.")
        return 2
    outcomes = [audit(lock) for lock in LOCKS]
    for _, words in outcomes:
        print(words)
    codes = {code for code, _ in outcomes}
    return 1 if 1 in codes else 2 if 2 in codes else 0


if __name__ == "__main__":
    sys.exit(main())
