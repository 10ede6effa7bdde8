"""What is looked up, and what is looked for: tokens of messages, and terms of a search.

A token is a kind and a text: "whello", "d中国". A message has one for each word, cut to MAX_WORD_CHARS,
one for each pair of neighbours in a script without spaces and for the last one there, and one for who
wrote it, for each who got it, and for what it is. A term is plain text: it is found where it stands in
the message, if need be at the start of a word. Its tokens only tell which messages are worth a look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chat.core.folding import WORD, Run, fold, kind_of, normalized, runs

FROM, TO, KIND = "f", "t", "k"
MAX_WORD_CHARS = 64
START_CHARS = {WORD: 3, FROM: 3, TO: 3, KIND: 3}  # with the kind's; of a spaceless script the first character alone

_ASCII_WORDS = re.compile("[a-z0-9]+")


@dataclass(frozen=True)
class Lookup:
    """A token that a message must have; with `is_prefix` one that starts so."""

    token: str
    is_prefix: bool = False


def tokens_of(text: str) -> set[str]:
    """The tokens of a message's text."""
    if text.isascii():
        return {WORD + word[:MAX_WORD_CHARS] for word in _ASCII_WORDS.findall(text.lower())}
    found = set()
    for run in runs(fold(normalized(text))):
        if run.kind == WORD:
            found.add(WORD + run.text[:MAX_WORD_CHARS])
        else:
            found.update(run.kind + run.text[place : place + 2] for place in range(len(run.text)))
    return found


def start_of(token: str) -> str:
    """Under which start a token is kept."""
    return token[: START_CHARS.get(token[0], 2)]


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
            yield Lookup(WORD + run.text[:MAX_WORD_CHARS], is_prefix=goes_on)
        elif len(run.text) == 1:
            yield Lookup(run.kind + run.text, is_prefix=True)
        else:
            for place in range(len(run.text) - 1):
                yield Lookup(run.kind + run.text[place : place + 2])

    def _may_start(self, folded: str, place: int) -> bool:
        return place == 0 or kind_of(folded[place]) != WORD or kind_of(folded[place - 1]) != WORD
