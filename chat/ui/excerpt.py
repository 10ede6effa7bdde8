"""The part of a message round what was searched for, in one line, with the finds between marks."""

from collections.abc import Sequence

from chat.inert import inert

OPEN, CLOSE = "»", "«"
BEFORE_CHARS = 40
AFTER_CHARS = 80


def excerpt(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """The line with the first mark, cut where it is long. Without marks it is the first line."""
    first = marks[0] if marks else (0, 0)
    line_start = text.rfind("\n", 0, first[0]) + 1
    line_end = (text.find("\n", first[1]) + 1 or len(text) + 1) - 1
    start = max(line_start, first[0] - BEFORE_CHARS)
    end = min(line_end, first[1] + AFTER_CHARS)
    parts = ["…"] if start > 0 else []
    text = text.replace("\n", " ")  # a phrase may go over a line's end
    place = start
    for mark_start, mark_end in marks:
        if mark_start >= end:
            break
        parts += [inert(text[place:mark_start]), OPEN, inert(text[mark_start : min(mark_end, end)]), CLOSE]
        place = min(mark_end, end)
    parts += [inert(text[place:end]), *(["…"] if end < len(text) else [])]
    return "".join(parts)
