"""What is in the database and must not be in an export: names of people, their addresses, ids, files. Pure.

All is compared folded (`chat.core.folding`): in any case, with or without accents, in full width, with
characters in between that nobody sees. A name of three letters and more is found inside a longer word too, as
in "bobsmith" or "xbobx", unless that is an ordinary word, as in "bobsled"; a shorter one where it stands by itself.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from chat.core.export.spans import ADDRESS, FILE, ID, PERSON, ROOM, Span
from chat.core.folding import WORD, fold, kind_of, normalized, places

SHORT = 3  # below so many characters a name is looked for as a word of its own
LONGEST_WORD = 30  # what goes on for longer is no ordinary word
COMMON_PARTS = frozenset(("and", "for", "from", "not", "our", "the", "this", "with", "you", "your"))

_SEPARATORS = re.compile(r"[\s._-]+")


@dataclass(frozen=True)
class Needle:
    """Something to look for. `value` is whom it stands for; `alone`: only between characters that are no letters."""

    folded: str
    kind: str
    value: str = ""
    alone: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody by account, and what else that person is called: nicknames, diminutives, full names."""

    name: str
    others: Sequence[str] = ()

    def needles(self) -> Iterator[Needle]:
        """Each name whole, and each part of those that have several."""
        for name in (self.name, *self.others):
            whole = folded(name).strip()
            if whole:
                yield Needle(whole, PERSON, self.name, alone=len(whole) < SHORT)
            parts = _SEPARATORS.split(whole)
            if len(parts) > 1:
                for part in (*parts, "".join(parts), " ".join(parts)):
                    if len(part) >= SHORT and part not in COMMON_PARTS and not part.isdecimal():
                        yield Needle(part, PERSON, self.name)


@dataclass(frozen=True)
class Facts:
    """What the database knows besides names, each as it may be written in a text."""

    addresses: Iterable[str] = ()
    ports: Iterable[int] = ()
    ids: Iterable[str] = ()
    files: Iterable[str] = ()
    rooms: Iterable[str] = ()  # with their signs: #tea

    def needles(self) -> Iterator[Needle]:
        """All of it; what is very short is looked for where it stands by itself."""
        for kind, texts in ((ADDRESS, self.addresses), (ID, self.ids), (FILE, self.files), (ROOM, self.rooms)):
            for text in texts:
                if whole := folded(text).strip():
                    yield Needle(whole, kind, alone=len(whole) <= SHORT)
        for port in self.ports:
            if port:
                yield Needle(str(port), ADDRESS, alone=True)


def folded(text: str) -> str:
    """The form in which all is compared."""
    return fold(normalized(text))


class Known:
    """Finds what is known. `is_ordinary` tells of a folded word whether a dictionary has it."""

    def __init__(
        self, people: Iterable[Person], facts: Facts = Facts(), is_ordinary: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._is_ordinary = is_ordinary
        self._needles: dict[str, Needle] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for needle in (*(one for person in people for one in person.needles()), *facts.needles()):
            self._needles.setdefault(needle.folded, needle)
            lengths[needle.folded[:2]].add(len(needle.folded))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}

    def find(self, text: str) -> Iterator[Span]:
        """Where something known stands in a normalized text."""
        searched = fold(text)
        back = None if text.isascii() else places(text)
        for start, needle in self._hits(searched):
            end = start + len(needle.folded)
            if back is None:
                yield Span(start, end, needle.kind, needle.value)
            else:
                yield Span(back[start], back[end - 1] + 1, needle.kind, needle.value)

    def _hits(self, text: str) -> Iterator[tuple[int, Needle]]:
        """At each place the longest that fits there."""
        for place in range(len(text)):
            for start in (text[place : place + 2], text[place]):
                for length in self._lengths.get(start, ()):
                    needle = self._needles.get(text[place : place + length])
                    if needle is not None and self._counts(text, place, needle):
                        yield place, needle
                        break

    def _counts(self, text: str, start: int, needle: Needle) -> bool:
        end = start + len(needle.folded)
        if needle.alone:
            goes_on = str.isdigit if needle.folded.isdigit() else _is_letter
            return not (goes_on(text[start - 1 : start]) or goes_on(text[end : end + 1]))
        return needle.kind != PERSON or not self._is_inside_ordinary(text, start, end)

    def _is_inside_ordinary(self, text: str, start: int, end: int) -> bool:
        """Whether a name is only a piece of a word that has nothing to do with it."""
        first, last = start, end
        while first > 0 and last - first <= LONGEST_WORD and _is_letter(text[first - 1]):
            first -= 1
        while last < len(text) and last - first <= LONGEST_WORD and _is_letter(text[last]):
            last += 1
        if (first, last) == (start, end) or (first == start and text[end:last] == "s"):
            return False
        return self._is_ordinary(text[first:last])


def _is_letter(char: str) -> bool:
    return char.isalpha() and kind_of(char[0]) == WORD
