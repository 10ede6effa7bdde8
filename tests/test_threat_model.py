"""docs/threat-model.md names, for each promise, tests that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
PROMISES = DOCUMENT.split("\n## Promises\n")[1].split("\n## ")[0]
ROWS = [line.split(" | ") for line in PROMISES.splitlines() if line.startswith("| ")][1:]
CITED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT)))


def test_there_are_promises() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:40])
def test_every_promise_is_shown(row: list[str]) -> None:
    assert "::" in row[2], f"nothing shows: {row[1]}"


@pytest.mark.parametrize(("path", "name"), CITED)
def test_what_shows_it_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
