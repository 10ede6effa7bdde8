"""A text without what tells who is in it: everything that a finder finds becomes a tag. Pure but for its finders."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chat.core.export.known import Known
from chat.core.export.patterns import find_patterns
from chat.core.export.pseudonyms import TAG, Pseudonyms
from chat.core.export.spans import PERSON, ROOM, Span, joined
from chat.core.folding import fold, normalized

Find = Callable[[str], Iterable[Span]]


@dataclass(frozen=True)
class Scrubbed:
    """A text as it may be given away, and how many of each kind were replaced."""

    text: str
    replaced: Counter[str]


class Scrubber:
    """For one export. `detect` finds what only a model of the language can."""

    def __init__(self, known: Known, detect: Find, pseudonyms: Pseudonyms) -> None:
        self._known = known
        self._detect = detect
        self._pseudonyms = pseudonyms

    def scrub(self, text: str) -> Scrubbed:
        """Replace all that is found."""
        text = normalized(text)
        pieces, replaced, place = list[str](), Counter[str](), 0
        for span in find_all(text, self._known, self._detect):
            pieces += [text[place : span.start], self._tag(text, span)]
            replaced[span.kind] += 1
            place = span.end
        return Scrubbed("".join([*pieces, text[place:]]), replaced)

    def leaks(self, text: str) -> bool:
        """Whether a text that is to be given away still has something known in it, besides our own tags."""
        return any(self._known.find(TAG.sub("\n", text)))

    def _tag(self, text: str, span: Span) -> str:
        if span.kind == PERSON and span.value:
            return f"<{self._pseudonyms.person(span.value)}>"
        if span.kind == ROOM:
            return f"<{self._pseudonyms.room(fold(text[span.start : span.end]))}>"
        return self._pseudonyms.tag(span.kind, _plain(text[span.start : span.end]))


def find_all(text: str, known: Known, detect: Find) -> list[Span]:
    """All that is to be replaced in a normalized text, in order and without overlaps."""
    return joined(text, [*known.find(text), *find_patterns(text), *detect(text)])


def _plain(words: str) -> str:
    """A name without the s that says whose something is."""
    return fold(words).removesuffix("'s").strip("'")
