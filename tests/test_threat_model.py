"""docs/threat-model.md names, for each promise, tests that there are."""

import pytest

from tests.cited import ROOT, Cited, cited_in, is_there

DOCUMENT = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
PROMISES = DOCUMENT.split("\n## Promises\n")[1].split("\n## ")[0]
ROWS = [line.split(" | ") for line in PROMISES.splitlines() if line.startswith("| ")][1:]
CITED = cited_in(DOCUMENT)


def test_there_are_promises() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:40])
def test_every_promise_is_shown(row: list[str]) -> None:
    assert "::" in row[2], f"nothing shows: {row[1]}"


@pytest.mark.parametrize("cited", CITED, ids="::".join)
def test_what_shows_it_is_there(cited: Cited) -> None:
    assert is_there(cited)
