"""docs/delivery.md names every crash point and every planted fault, and for each promise tests that there are."""

import re

import pytest

from tests.cited import ROOT, Cited, cited_in, is_there
from tests.e2e.crashing_client import RECEIVER_POINTS, SENDER_POINTS
from tests.simulation.faults import FAULTS

DOCUMENT = (ROOT / "docs" / "delivery.md").read_text("utf-8")
WHAT_HAPPENS = DOCUMENT.split("\n## What happens when\n")[1].split("\n## ")[0]
ROWS = [line for line in WHAT_HAPPENS.splitlines() if line.startswith("| ") and "shown by" not in line]
CITED = cited_in(DOCUMENT)


def test_every_crash_point_is_there() -> None:
    named = re.findall(r"^\|[^|]*\| `(\w+)` \|", WHAT_HAPPENS, re.MULTILINE)
    assert named == [point.__name__ for point in (*SENDER_POINTS, *RECEIVER_POINTS)]


def test_every_planted_fault_is_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert rows == [(fault.__name__, fault.__doc__) for fault in FAULTS]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_shown(row: str) -> None:
    assert cited_in(row)


@pytest.mark.parametrize("cited", CITED, ids="::".join)
def test_what_shows_it_is_there(cited: Cited) -> None:
    assert is_there(cited)
