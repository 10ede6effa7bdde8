"""python -m bench: measure all of it and print one table."""

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

from bench.drivers import Place
from bench.measures import DURABLE, Plan, backlogs, conversations, delivery
from bench.report import Figure, table
from bench.rooms import rooms
from tests.people import cheap_passwords, town
from tests.processes import ROOT

FULL = Plan(rounds=5, latencies=300, seconds=1.5, crowds=(1, 10, 100), backlogs=(10_000, 100_000), rooms=(10, 50, 200))
QUICK = Plan(rounds=2, latencies=100, seconds=0.5, crowds=(1, 10), backlogs=(2_000, 10_000), rooms=(10, 50))


def main() -> None:
    """Measure and print."""
    flags = argparse.ArgumentParser(prog="python -m bench", description="How fast delivery is, beside its floors.")
    flags.add_argument("--quick", action="store_true", help="a minute instead of five; the figures are rough")
    flags.add_argument("--json", type=Path, metavar="PATH", help="write every round's figures there")
    flags.add_argument("--disk", type=Path, metavar="DIR", help="where the databases are; else here")
    chosen = flags.parse_args()
    start = time.monotonic()
    figures = _measure(QUICK if chosen.quick else FULL, chosen.disk or _here())
    print(f"{_machine()}, {time.monotonic() - start:.0f} s")
    print(table(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": _machine(), "figures": [f.as_dict() for f in figures]}, indent=1))


def _measure(plan: Plan, disk: Path) -> list[Figure]:
    cheap_passwords()
    with tempfile.TemporaryDirectory(dir=disk) as name, town(Path(name)) as place:
        home = Place(Path(name), place.registry)
        figures = delivery(plan, home)
        floor = next(figure for figure in figures if figure.what.startswith(f"{DURABLE}: 1,024"))
        return [*figures, *conversations(plan, home), *backlogs(plan, home, floor), *rooms(plan, home)]


def _here() -> Path:
    folder = ROOT / ".cache"
    folder.mkdir(exist_ok=True)
    return folder


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
