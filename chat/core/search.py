"""Searching the history: the newest messages that have all the terms, with a bounded amount of work.

The blocks of words tell which messages are worth a look, from the newest block on; whether one is a hit
is decided on its text alone, so both engines find the same. Messages in no block yet are all looked at.
A search that has looked at MAX_LOOKED_AT messages ends, and says where it may go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from chat.core.events import Hit
from chat.core.folding import fold, normalized, places
from chat.core.history import Bounds, read_lines
from chat.core.indexing import marks_of, read_places
from chat.core.terms import Lookup, Term, start_of
from db.blocks import MAX_ORDINAL, Block, find_blocks, find_starts, find_words, last_in_blocks
from db.connection import Connection
from db.history import Searchable, searchable
from db.messages import last_ordinal

MAX_LOOKED_AT = 10_000
AT_ONCE = 128  # messages
FEW = 4  # messages of a block: to look at them costs less than to look up a further word there,
FEW_FOR_MARKS = 1  # but not less than a mark, whose rows are short
FIRST_BLOCKS = 4
MOST_BLOCKS = 256

Span = tuple[int, int]


@dataclass(frozen=True)
class SearchQuery:
    """What a message must have: all the terms, one of each set of marks, a place between the bounds."""

    terms: Sequence[Term]
    marks: Sequence[frozenset[str]] = ()
    count: int = 20
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Found:
    """Hits, the newest first. `older`: before which number there may be others, 0 if there are none."""

    hits: list[Hit]
    older: int


def search(connection: Connection, own_name: str, query: SearchQuery) -> Found:
    """The newest messages that fit. Without terms and marks there are none."""
    if not query.terms and not query.marks:
        return Found([], 0)
    fitting: list[Searchable] = []
    older = 0
    for looked_at, message in enumerate(_Candidates(connection, query).read()):
        if looked_at == MAX_LOOKED_AT or len(fitting) > query.count:
            break
        older = message.ordinal
        if _fits(message, query, own_name):
            fitting.append(message)
    else:
        older = 0
    if len(fitting) > query.count:
        fitting.pop()
        older = fitting[-1].ordinal
    return Found(_hits(connection, own_name, fitting, query.terms), older)


class _Candidates:
    """The messages that may be hits, the newest first."""

    def __init__(self, connection: Connection, query: SearchQuery) -> None:
        self._connection = connection
        self._bounds = query.bounds
        self._known_starts: dict[str, list[str]] = {}
        lookups = [(lookup,) for term in query.terms for lookup in term.lookups]
        marks = [tuple(Lookup(mark) for mark in either) for either in query.marks]
        # Words before marks, which many messages have, and long words before short ones, as they are rarer.
        self._required = [*sorted(set(lookups), key=lambda lookup: -len(lookup[0].token)), *marks]

    def read(self) -> Iterator[Searchable]:
        ordinals = self._ordinals()
        while some := list(islice(ordinals, AT_ONCE)):
            yield from reversed(searchable(self._connection, some))

    def _ordinals(self) -> Iterator[int]:
        in_blocks = last_in_blocks(self._connection)
        below = self._bounds.before_number or MAX_ORDINAL
        yield from range(min(last_ordinal(self._connection), below - 1), max(in_blocks, self._bounds.after_number), -1)
        below, count = min(below, in_blocks + 1), FIRST_BLOCKS
        while blocks := find_blocks(
            self._connection, before=self._bounds.before, after=self._bounds.after, below=below, count=count
        ):
            yield from (number for number in self._in_blocks(blocks) if self._bounds.after_number < number < below)
            below, count = blocks[-1].first, min(4 * count, MOST_BLOCKS)
            if below <= self._bounds.after_number:
                return

    def _in_blocks(self, blocks: list[Block]) -> Iterator[int]:
        """The ordinals in these blocks of the messages that have all that is required."""
        if not self._required:
            for block in blocks:
                yield from range(block.last, block.first - 1, -1)
            return
        having = self._having_one_of(self._required[0], {block.first for block in blocks})
        for either in self._required[1:]:
            few = FEW_FOR_MARKS if either[0].is_mark else FEW
            if sum(map(len, having.values())) <= few * len(having):
                break
            found = self._having_one_of(either, set(having))
            having = {first: both for first, some in found.items() if (both := some & having[first])}
        for first in sorted(having, reverse=True):
            yield from sorted((first + place for place in having[first]), reverse=True)

    def _having_one_of(self, either: Sequence[Lookup], blocks: set[int]) -> dict[int, set[int]]:
        """For each block the places of the messages that have one of these tokens."""
        found: dict[int, set[int]] = {}
        for lookup in either if blocks else ():
            token = lookup.token
            raw = token.encode()
            for row in find_words(self._connection, self._starts(lookup), min(blocks), max(blocks)):
                if row.block not in blocks or raw not in row.places:
                    continue  # read no more of it than that
                for word, places_of_word in read_places(row.places).items():
                    if word == token or (lookup.is_prefix and word.startswith(token)):
                        found.setdefault(row.block, set()).update(places_of_word)
        return found

    def _starts(self, lookup: Lookup) -> list[str]:
        if not lookup.many_starts:
            return [start_of(lookup.token)]
        if lookup.token not in self._known_starts:
            self._known_starts[lookup.token] = find_starts(self._connection, lookup.token)
        return self._known_starts[lookup.token]


def _fits(message: Searchable, query: SearchQuery, own_name: str) -> bool:
    bounds = query.bounds
    if (bounds.before and message.time >= bounds.before) or (bounds.after and message.time < bounds.after):
        return False
    if query.marks:
        marks = marks_of(message.sender or own_name, message.recipients, message.kind)
        if not all(either & marks for either in query.marks):
            return False
    folded = fold(normalized(message.text))
    return all(next(term.found_in(folded), None) for term in query.terms)


def _hits(connection: Connection, own_name: str, messages: Sequence[Searchable], terms: Sequence[Term]) -> list[Hit]:
    texts = {message.ordinal: normalized(message.text) for message in messages}
    hits = []
    for line in read_lines(connection, own_name, list(texts)):
        facts = {name: getattr(line, name) for name in line.__struct_fields__}
        text = texts[line.number]
        hits.append(Hit(**{**facts, "text": text, "marks": _marked(text, terms)}))
    return hits


def _marked(text: str, terms: Sequence[Term]) -> tuple[Span, ...]:
    """Where the terms stand in a normalized text; what overlaps is one."""
    folded, back = fold(text), places(text)
    spans: list[Span] = []
    for start, end in sorted(span for term in terms for span in term.found_in(folded)):
        first, last = back[start], back[end - 1] + 1
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return tuple(spans)
