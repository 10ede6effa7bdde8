"""How well the finders do on public sets of marked text: figures.json, which bench/anonymise.py writes.

Recall is the share of marked places of which every letter and digit was replaced, by whatever tag: what is not
covered leaks. Precision is the share of replacements that touch a marked place.
"""

from pathlib import Path
from typing import Annotated

import msgspec

PATH = Path(__file__).with_name("figures.json")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Found(msgspec.Struct, frozen=True):
    """Of one type of a set: how many are marked, and how many of them were covered."""

    type: str
    marked: int
    covered: int


class Replaced(msgspec.Struct, frozen=True):
    """Of one tag: how often it was put, and how often rightly."""

    kind: str
    put: int
    right: int


class Set(msgspec.Struct, frozen=True):
    """A set of texts, and what came of it. `source` says what it is and whose."""

    name: str
    source: str
    texts: int
    leaking: int  # texts that still show a part of a person's name
    with_names: int
    found: tuple[Found, ...]
    replaced: tuple[Replaced, ...]


class Figures(msgspec.Struct, frozen=True):
    """All of it; `packages` with their versions."""

    measured: str
    packages: dict[str, str]
    sets: tuple[Set, ...]


def read_figures() -> Figures:
    """Those that were measured last."""
    return msgspec.json.decode(PATH.read_bytes(), type=Figures)


def figures_table(figures: Figures) -> str:
    """In Markdown."""
    packages = ", ".join(f"{name} {version}" for name, version in figures.packages.items())
    lines = [f"Measured in {figures.measured} with {packages}.", ""]
    lines += ["| set | type | found | of | recall |", "|---|---|---|---|---|"]
    for one in figures.sets:
        lines += [
            f"| {one.name} | {each.type} | {each.covered} | {each.marked} | {_percent(each.covered, each.marked)} |"
            for each in one.found
        ]
    lines += ["", "| set | tag | put | rightly | precision |", "|---|---|---|---|---|"]
    for one in figures.sets:
        lines += [
            f"| {one.name} | `{put.kind}` | {put.put} | {put.right} | {_percent(put.right, put.put)} |"
            for put in one.replaced
        ]
    lines.append("")
    lines += [
        f"- **{one.name}**: {one.texts} texts, {one.source} Of {one.with_names} texts with names "
        f"{one.leaking} still show a part of one."
        for one in figures.sets
    ]
    lines += [
        "",
        "A mark counts as found if each of its letters and digits was replaced, by whatever tag. A replacement is",
        "right if it touches a mark: what the sets do not mark, such as web addresses in the chat, counts against it.",
    ]
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"
