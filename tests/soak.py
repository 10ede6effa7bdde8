"""make soak MINUTES=10: everything that has chance in it, again and again with fresh seeds, until time is up.

The first failure ends it; its seed is in the last lines, and SEED=… before `make test` or a single test
starts from there.
"""

import argparse
import os
import random
import subprocess
import sys
import time

from tests.processes import ROOT

Effort = dict[str, int]
ROUND: tuple[tuple[tuple[str, ...], Effort], ...] = (
    (("tests/simulation/test_delivery.py", "-k", "not broken"), {"SIMULATION_EXAMPLES": 200}),
    (("tests/e2e/test_storm.py",), {"STORM_SECONDS": 30}),
    (("tests/e2e/test_links.py", "tests/e2e/test_packet_loss.py"), {"LINK_CUTS": 300}),
    (("tests/e2e/test_backlog.py", "tests/e2e/test_crowd.py"), {}),
    (("tests/e2e/test_crashes.py",), {"CRASH_ROUNDS": 10}),
    (("tests/e2e/test_files.py", "-k", "killed"), {"FILE_MIB": 2000}),
)


def main() -> int:
    """Run rounds; the exit code of the first that failed."""
    options = argparse.ArgumentParser(prog="python -m tests.soak", description="Look for rare failures.")
    options.add_argument("minutes", nargs="?", type=float, default=10.0, help="for how long: %(default)s")
    end = time.monotonic() + 60 * options.parse_args().minutes
    seeds = random.SystemRandom()
    rounds = 0
    while time.monotonic() < end:
        rounds += 1
        for tests, effort in ROUND:
            if time.monotonic() >= end:
                break
            seed = seeds.randrange(1, 1 << 32)
            chosen = {"SEED": seed, **effort}
            print(" ".join([*(f"{name}={value}" for name, value in chosen.items()), *tests]), flush=True)
            code = _run(tests, chosen)
            if code:
                print(f"FAILED in round {rounds}, with SEED={seed}")
                return code
    print(f"{rounds} rounds, and nothing was lost, doubled or out of order")
    return 0


def _run(tests: tuple[str, ...], effort: Effort) -> int:
    environment = {**os.environ, **{name: str(value) for name, value in effort.items()}}
    command = [sys.executable, "-m", "pytest", "-rP", *tests]  # what passed may have printed how long it took
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
