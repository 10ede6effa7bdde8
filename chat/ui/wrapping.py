"""Text within the width of a terminal: lines end between words and go on below their beginning. Pure.

`columns` 0 stands for an output that has no width, such as a file. A word that is wider than the line stays
whole: the terminal breaks it where it must, and an address can still be copied and followed.
"""

import re
from collections.abc import Sequence

from prompt_toolkit.utils import get_cwidth

INDENT = " " * 6
MAX_HEAD_COLUMNS = 22

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_WORD = re.compile(r" *[^ ]+")


def width(text: str) -> int:
    """How many columns a text takes; what only changes the style takes none."""
    return get_cwidth(_STYLE.sub("", text))


def wrapped(text: str, columns: int, indent: str = INDENT) -> str:
    """`text` with its lines cut between words, and what goes on below them indented."""
    if not columns:
        return text
    return "\n".join(_line(line, columns, indent) for line in text.split("\n"))


def listing(rows: Sequence[tuple[str, str]], columns: int) -> str:
    """What has a name, and what is said of it, side by side."""
    head = min(max((width(name) for name, _ in rows), default=0), MAX_HEAD_COLUMNS) + 2
    indent = " " * head
    lines = []
    for name, text in rows:
        room = head - width(name)
        lines.append(wrapped(name + (" " * room if room >= 2 else f"\n{indent}") + text, columns, indent))
    return "\n".join(lines)


def _line(line: str, columns: int, indent: str) -> str:
    if width(line) <= columns:
        return line
    lines = [""]
    room = columns
    for word in _WORD.findall(line):
        if width(word) > room and lines[-1].strip():
            lines.append(indent)
            room = columns - width(indent)
            word = word.lstrip(" ")  # noqa: PLW2901 - the blank before it became the end of the line
        lines[-1] += word
        room -= width(word)
    return "\n".join(lines)
