#!/usr/bin/env python3
"""Writes the tables of docs/manual.md anew from the program's own: `make manual`.

What stands between the marks `<!-- name -->` and `<!-- end -->` comes from here; the rest is written by hand.
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import chat.ui.commands as _commands  # noqa: E402 - found by the line above
from chat.ui.settings import FIELDS  # noqa: E402
from chat.ui.table import ARGUMENTS, KEYS, Command, all_commands  # noqa: E402

assert _commands  # importing it fills the command table

MANUAL = ROOT / "docs" / "manual.md"


def commands() -> Iterator[str]:
    """Each command: how it is written, what it does, what its words stand for."""
    for section, entries in groupby(all_commands(), key=lambda entry: entry.section):
        yield f"### {section}\n"
        for entry in entries:
            yield f"{_explained(entry)}\n"


def keys() -> Iterator[str]:
    """A table of the keys."""
    yield "| key | what it does |\n|---|---|"
    for key, what in KEYS:
        yield f"| {key} | {_cell(what)} |"


def settings() -> Iterator[str]:
    """A table of the settings."""
    yield "| setting | default | what it is |\n|---|---|---|"
    for name, field in FIELDS.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        shown = f"`{default}`" if default else ""
        yield f"| `{name}` | {shown} | {_cell(field.type.__metadata__[0].description)} |"


def written(manual: str) -> str:
    """The manual with its tables as they have to be."""
    for make in (commands, keys, settings):
        before, mark, rest = manual.partition(f"<!-- {make.__name__} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        manual = "".join([before, mark, *(f"{line}\n" for line in make()), end, after])
    return manual


def _explained(entry: Command) -> str:
    lines = [f"**`{entry.usage}`**  ", entry.help]
    words = [word for word in entry.arguments + entry.options if word in ARGUMENTS]
    lines += [f"- `{word}`: {ARGUMENTS[word]}" for word in words]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    MANUAL.write_text(written(MANUAL.read_text("utf-8")), "utf-8")
