"""What /history and /search are asked: options, filters and plain words, in any order."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chat.core.history import Bounds
from chat.errors import UserError
from chat.times import format_time

MAX_LINES = 10_000
MAX_NUMBER = 2**63 - 1

_PIECE = re.compile(r'"([^"]*)"?|(\S+)')  # a quote that is left open ends with the line
_FILTER = re.compile(r"([a-z]+):(.+)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """What came of a line. A word in quotes may have spaces; `filters` are the values for each key."""

    words: tuple[str, ...]
    filters: Mapping[str, tuple[str, ...]]
    count: int
    bounds: Bounds
    around: int
    utc: bool
    _kept: tuple[str, ...]

    def before(self, number: int) -> str:
        """The same asked of what is older than that message."""
        return " ".join((*self._kept, f"before:#{number}"))


def parse(line: str, *, keys: Collection[str] = (), around: bool = False, lines: int = 20) -> Asked:
    """Understand a line, with filters of these keys. What looks like a filter and is none is a plain word.

    `lines` are wanted where -n does not say how many.

    UserError for an option that makes no sense.
    """
    words, filters, options, kept = list[str](), dict[str, tuple[str, ...]](), {"n": str(lines)}, list[str]()
    pieces = iter(_PIECE.finditer(line))
    for piece in pieces:
        phrase, plain = piece.groups()
        key, value = _filter(plain)
        if plain == "-n":
            number = next(pieces, None)
            options["n"] = number.group() if number else ""
            kept.append(f"-n {options['n']}")
        elif plain == "--utc":
            options["utc"] = plain
            kept.append(plain)
        elif key in ("before", "after") or (key == "around" and around):
            options[key] = value
            kept += [plain] if key == "after" else []
        elif key in keys and value.strip(","):
            filters[key] = (*filters.get(key, ()), *filter(None, value.lower().split(",")))
            kept.append(plain)
        elif plain or phrase:
            words.append(plain or phrase)
            kept.append(piece.group())
    return _asked(words, filters, options, kept)


def _asked(words: list[str], filters: dict[str, tuple[str, ...]], options: dict[str, str], kept: list[str]) -> Asked:
    utc = "utc" in options
    before, before_number = _place(options.get("before", ""), utc=utc)
    after, after_number = _place(options.get("after", ""), utc=utc)
    return Asked(
        words=tuple(words),
        filters=filters,
        count=_number(options["n"], "-n", most=MAX_LINES),
        bounds=Bounds(before, after, before_number, after_number),
        around=_number(options["around"].removeprefix("#"), "around:#", most=MAX_NUMBER) if "around" in options else 0,
        utc=utc,
        _kept=tuple(kept),
    )


def _filter(plain: str | None) -> tuple[str, str]:
    found = _FILTER.fullmatch(plain or "")
    return (found[1], found[2]) if found else ("", "")


def _number(text: str, option: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
        raise UserError(f"{option} takes a number from 1 to {most}.")
    return int(text)


def _place(text: str, *, utc: bool) -> tuple[str, int]:
    """A time as it is stored, or the number of a message, or neither for nothing."""
    if not text:
        return "", 0
    if text.startswith("#"):
        return "", _number(text[1:], "#", most=MAX_NUMBER)
    try:
        moment = datetime.fromisoformat(text)
        return format_time(moment.replace(tzinfo=UTC) if utc and moment.tzinfo is None else moment.astimezone()), 0
    except (ValueError, OverflowError):
        raise UserError(
            f"{text[:40]!r} is no day or time: write 2026-01-31 or 2026-01-31T18:30, or #N, the number of a message."
        ) from None
