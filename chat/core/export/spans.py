"""Places in a text that are to be replaced, found by several finders, and how they become one list. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chat.core.folding import WORD, fold, kind_of

PERSON = "PERSON"
PLACE = "PLACE"
ORGANISATION = "ORGANISATION"
BACKGROUND = "BACKGROUND"
EMAIL = "EMAIL"
PHONE = "PHONE"
CARD = "CARD"
ACCOUNT = "ACCOUNT"
ADDRESS = "ADDRESS"
URL = "URL"
DATE = "DATE"
HANDLE = "HANDLE"
FILE = "FILE"
ROOM = "ROOM"
ID = "ID"

MEANING = {
    PERSON: "a person's name",
    PLACE: "a place, or a part of a postal address",
    ORGANISATION: "a company, a school, a club",
    BACKGROUND: "a nationality, a religion, a political group",
    EMAIL: "an e-mail address",
    DATE: "a date or an age that is written with digits",
    CARD: "a payment card's number",
    ACCOUNT: "a bank account",
    PHONE: "a telephone number",
    ADDRESS: "an address or a port of a network",
    FILE: "a file's name or path",
    URL: "an address of the web",
    HANDLE: "what somebody is called somewhere, as in @name",
    ROOM: "a room of this chat",
    ID: "any other number or key that stands for one person or thing",
}
KINDS = tuple(MEANING)


class Span(NamedTuple):
    """text[start:end] is a `kind`. `value` is what it stands for where that is known: a person's account."""

    start: int
    end: int
    kind: str
    value: str = ""


def joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """One list without overlaps, in order, that covers whatever any of them covers, and whole words only.

    Where several overlap, the longest says what it is, then the order of KINDS, and a person who is known whom a name
    stands for. A name and a surname side by side are one person.
    """
    together: list[_Piece] = []
    for span in sorted(_grown(text, [span for span in spans if span.start < span.end])):
        if together and (span.start < together[-1].end or together[-1].goes_on_with(span, text)):
            together[-1].add(span)
        else:
            together.append(_Piece(span))
    return [piece.span for piece in together]


class _Piece:
    """Spans that became one."""

    def __init__(self, span: Span) -> None:
        self._best = span
        self._start, self.end = span.start, span.end
        self._person = span.value
        self._is_name = span.kind == PERSON

    def add(self, span: Span) -> None:
        self.end = max(self.end, span.end)
        self._best = max(self._best, span, key=lambda one: (one.end - one.start, -KINDS.index(one.kind)))
        self._person = self._person or span.value
        self._is_name = self._is_name or span.kind == PERSON

    def goes_on_with(self, span: Span, text: str) -> bool:
        """Whether a name goes on with the next one: both are names, and not of two people who are known."""
        both = self._is_name and span.kind == PERSON
        two = self._person and span.value and self._person != span.value
        gap = text[self.end : span.start]
        return both and not two and len(gap) <= 2 and not gap.strip(" .")

    @property
    def span(self) -> Span:
        is_somebody = bool(self._person) and self._best.kind in (PERSON, HANDLE, PLACE, ORGANISATION)
        kind, value = (PERSON, self._person) if is_somebody else (self._best.kind, "")
        return Span(self._start, self.end, kind, value)


def _grown(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """To the ends of the words that they begin and end in: of a word that is replaced nothing is left."""
    words = [found.span() for found in _WORDS.finditer(text.translate(_marks))] if spans else []
    starts = [start for start, _ in words]
    for span in spans:
        first = words[max(0, bisect_right(starts, span.start) - 1)] if words else (0, 0)
        last = words[max(0, bisect_right(starts, span.end - 1) - 1)] if words else (0, 0)
        start = first[0] if first[1] > span.start else span.start
        end = max(last[1], span.end)
        yield span._replace(start=min(start, span.start), end=end)


class _Marks(dict[int, str]):
    """Filled as characters come up: w for one that belongs to a word, or that has no shape at all.

    Scripts without spaces between words have no words in this sense.
    """

    def __missing__(self, code: int) -> str:
        folded = fold(chr(code))
        mark = self[code] = "w" if code == ord("_") or not folded or kind_of(folded[0]) == WORD else " "
        return mark


_marks = _Marks()
_WORDS = re.compile("w+")
