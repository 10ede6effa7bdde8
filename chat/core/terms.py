"""What is looked up, and what is looked for: tokens of messages, and terms of a search.

A message's tokens are its words, cut to MAX_WORD_CHARS; each pair of neighbours in a script without
spaces, and the last one there; and its marks: who wrote it, who got it, what it is. A term is plain text:
it is found where it stands in the message, if need be at the start of a word. Its tokens only tell which
messages are worth a look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chat.core.folding import DENSE, WORD, Run, fold, kind_of, normalized, runs

FROM, TO, KIND = "<", ">", "="  # how marks begin: no word does
MAX_WORD_CHARS = 64
START_CHARS = 2
DENSE_STARTS = 64  # a script without spaces has thousands of characters, so they share

_ASCII_WORDS = re.compile(f"[a-z0-9]{{1,{MAX_WORD_CHARS}}}")  # of a longer one the rest too, to no harm


@dataclass(frozen=True)
class Lookup:
    """A token that a message must have; with `is_prefix` one that starts so."""

    token: str
    is_prefix: bool = False

    @property
    def is_mark(self) -> bool:
        """Whether it is no word, but who or what."""
        return self.token[0] in (FROM, TO, KIND)

    @property
    def many_starts(self) -> bool:
        """Whether the tokens looked for have different starts."""
        return self.is_prefix and len(self.token) < START_CHARS and kind_of(self.token) == WORD


def tokens_of(text: str) -> set[str]:
    """The tokens of a message's text."""
    if text.isascii():
        return set(_ASCII_WORDS.findall(text.lower()))
    found = set()
    for run in runs(fold(normalized(text))):
        if run.kind == WORD:
            found.add(run.text[:MAX_WORD_CHARS])
        else:
            found.update(run.text[place : place + 2] for place in range(len(run.text)))
    return found


def start_of(token: str) -> str:
    """Under which start a token is kept."""
    if kind_of(token[0]) == DENSE:
        return f"#{ord(token[0]) % DENSE_STARTS}"
    return token[:3] if token[0] in (FROM, TO, KIND) else token[:START_CHARS]


class Term:
    """A word or phrase that is searched for."""

    def __init__(self, text: str) -> None:
        self._text = " ".join(fold(normalized(text)).split())
        words = (re.escape(word) for word in self._text.split())
        self._pattern = re.compile(r"\s+".join(words))

    def __bool__(self) -> bool:
        return bool(self._text)

    @cached_property
    def lookups(self) -> list[Lookup]:
        """What every message has in which the term is found."""
        return [lookup for run in runs(self._text) for lookup in self._lookups(run)]

    def found_in(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a folded text: start and end, the next from the end of the one before."""
        place = 0
        while found := self._pattern.search(folded, place):
            start, end = found.span()
            if self._may_start(folded, start):
                yield start, end
                place = end
            else:
                place = start + 1

    def _lookups(self, run: Run) -> Iterator[Lookup]:
        if run.kind == WORD:
            goes_on = run.start + len(run.text) == len(self._text)
            yield Lookup(run.text[:MAX_WORD_CHARS], is_prefix=goes_on)
        elif len(run.text) == 1:
            yield Lookup(run.text, is_prefix=True)
        else:
            for place in range(len(run.text) - 1):
                yield Lookup(run.text[place : place + 2])

    def _may_start(self, folded: str, place: int) -> bool:
        return place == 0 or kind_of(folded[place]) != WORD or kind_of(folded[place - 1]) != WORD
