"""Text as it is compared when somebody searches: without case and accents, and cut into words.

Folding goes character by character, so that a place in the folded text leads back to the text itself.
Chinese, Japanese, Thai and the like are written without spaces between words: any character of theirs
may start a find. The same goes for emoji.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

WORD = "w"
DENSE = "d"  # of a script without spaces
OTHER = " "

_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul in letters
    (0x1780, 0x17FF),  # Khmer
    (0x2600, 0x27BF),  # symbols that are used as emoji
    (0x2E80, 0x31FF),  # CJK radicals, kana, bopomofo, compatibility Hangul
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),  # more kana
    (0x1F000, 0x1FAFF),  # emoji
    (0x20000, 0x3FFFF),  # more Han
)
_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "‘": "'", "’": "'"}
)  # what Unicode does not take apart, and people type otherwise
_RUNS = re.compile("w+|d+")


class Run(NamedTuple):
    """Neighbouring characters of one kind, WORD or DENSE, in a folded text."""

    kind: str
    text: str
    start: int


def normalized(text: str) -> str:
    """Unicode's NFC: the same text, each accented letter as one character where there is one."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """What a normalized text is compared by."""
    return text.lower() if text.isascii() else text.translate(_folded)


def places(text: str) -> list[int]:
    """For each place in `fold(text)`, and its end, the place in the normalized text that it comes from."""
    lengths = [len(fold(char)) for char in text]
    starts = [0, *accumulate(lengths)]
    back = [0] * (starts[-1] + 1)
    for place, (start, length) in enumerate(zip(starts, lengths, strict=False)):
        for folded in range(start, start + length):
            back[folded] = place
    back[-1] = len(text)
    return back


def kind_of(char: str) -> str:
    """WORD, DENSE or OTHER, of a folded character."""
    return _kinds[ord(char)]


def runs(folded: str) -> Iterator[Run]:
    """The words and the stretches of spaceless script, in order."""
    kinds = folded.translate(_kinds)
    for found in _RUNS.finditer(kinds):
        start = found.start()
        yield Run(kinds[start], folded[start : found.end()], start)


class _Folded(dict[int, str]):
    """Filled as characters come up."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))
        plain = unicodedata.normalize("NFKD", plain.casefold())
        kept = "".join(char for char in plain if not _is_dropped(char)).translate(_LETTERS)
        folded = self[code] = unicodedata.normalize("NFC", kept)
        return folded


class _Kinds(dict[int, str]):
    """Filled as characters come up."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        kind = WORD if category[0] in "LMN" else OTHER
        if any(first <= code <= last for first, last in _SPACELESS):
            kind = DENSE if category[0] in "LMN" or category in ("So", "Sk") else OTHER
        self[code] = kind
        return kind


def _is_dropped(char: str) -> bool:
    """Accents over and under letters, points of Hebrew and Arabic, and what has no shape of its own.

    The marks of Indic scripts, of Thai and of kana tell words apart as letters do: they stay.
    """
    mark = unicodedata.combining(char)
    return 10 <= mark <= 36 or mark >= 200 or unicodedata.category(char) == "Cf" or 0xFE00 <= ord(char) <= 0xFE0F


_folded = _Folded()
_kinds = _Kinds()
