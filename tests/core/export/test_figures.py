"""The figures: one file, printed in the document as in the data card, of the packages that are pinned."""

import re
from pathlib import Path

from chat.core.export.figures import Figures, Found, Replaced, Set, figures_table, read_figures

ROOT = Path(__file__).parents[3]


def test_the_document_has_the_figures_of_the_file() -> None:
    assert figures_table(read_figures()) in (ROOT / "docs/export.md").read_text("utf-8"), "put it there again"


def test_they_were_measured_with_what_is_pinned() -> None:
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "requirements-export.txt").read_text("utf-8"), re.MULTILINE))
    assert read_figures().packages == pinned


def test_shares() -> None:
    one = Set("s", "made up.", 3, 1, 2, (Found("PERSON", 4, 3),), (Replaced("PLACE", 8, 2),))
    text = figures_table(Figures("May 2026", {"p": "1"}, (one,)))
    assert "| s | PERSON | 3 | 4 | 75% |" in text
    assert "| s | `PLACE` | 8 | 2 | 25% |" in text
    assert "- **s**: 3 texts, made up. Of 2 texts with names 1 still show a part of one." in text
