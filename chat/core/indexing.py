"""Keeps the words of the history in blocks, for the search: block by block, in the transaction that fills one.

The newest messages, less than a block of them, are in none: the search reads them themselves. So
nothing is ever missing from it, and a message costs no more than its share of the block: the words of a
thousand messages are a few hundred rows.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from chat.core.terms import FROM, KIND, TO, start_of, tokens_of
from db.blocks import Block, Words, block_of, find_words, insert_block, last_in_blocks, put_words
from db.connection import Connection
from db.history import Searchable, searchable_between
from db.messages import TEXT, last_ordinal

FULL = 2**21
MESSAGE = 1024  # a block is full with 2,048 messages, or with fewer that are long:
BYTE = 8  # 256 KiB of text keep its rows below what a database server takes in one packet

Places = dict[str, list[int]]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Places)


class Indexer:
    """The words of one person's messages. Owned, like the Journal, by the store's writer."""

    def __init__(self, own_name: str, connection: Connection) -> None:
        self._own_name = own_name
        self._size = (last_ordinal(connection) - last_in_blocks(connection)) * MESSAGE

    def stored(self, tx: Connection, ordinal: int, texts: Iterable[str]) -> None:
        """Messages were stored, `ordinal` the newest: put what fills a block into one."""
        self._size += sum(map(_size, texts))
        if self._size >= FULL:
            self._size = self._index(tx, last_in_blocks(tx) + 1, ordinal)

    def added(self, tx: Connection, ordinal: int, text: str) -> None:
        """Text came later to a message that was stored before, as a transcript does."""
        block = block_of(tx, ordinal)
        if block is None:
            self._size += BYTE * len(text.encode())
            return
        for start, places in _by_start({token: [ordinal - block.first] for token in tokens_of(text)}).items():
            for row in find_words(tx, [start], block.first, block.first):
                for token, known in read_places(row.places).items():
                    places[token] = sorted({*known, *places.get(token, [])})
            put_words(tx, Words(start, block.first, _encoder.encode(places)))

    def _index(self, tx: Connection, first: int, last: int) -> int:
        """Make blocks of what fills them; the size of the rest."""
        block: list[Searchable] = []
        size = 0
        for message in searchable_between(tx, first, last):
            block.append(message)
            size += _size(message.text)
            if size >= FULL:
                self._store(tx, first, block)
                first, block, size = message.ordinal + 1, [], 0
        return size

    def _store(self, tx: Connection, first: int, messages: list[Searchable]) -> None:
        places: Places = defaultdict(list)
        for message in messages:
            place = message.ordinal - first
            marks = marks_of(message.sender or self._own_name, message.recipients, message.kind)
            for token in (*tokens_of(message.text), *marks):
                places[token].append(place)
        times = [message.time for message in messages]
        words = ((start, _encoder.encode(some)) for start, some in sorted(_by_start(places).items()))
        insert_block(tx, Block(first, messages[-1].ordinal, min(times), max(times)), words)


@lru_cache(maxsize=1024)
def marks_of(sender: str, recipients: str, kind: str) -> frozenset[str]:
    """By what a message can be looked up besides its words; `recipients` are names separated by commas."""
    people = {FROM + sender, *(TO + name for name in recipients.split(","))}
    return frozenset(people if kind == TEXT else people | {KIND + kind})


def read_places(places: bytes) -> Places:
    """Each word of a row of Word, and the places in its block."""
    return _decoder.decode(places)


def _by_start(places: Places) -> dict[str, Places]:
    rows: dict[str, Places] = defaultdict(dict)
    for token, some in places.items():
        rows[start_of(token)][token] = some
    return rows


def _size(text: str) -> int:
    return MESSAGE + BYTE * len(text.encode())
