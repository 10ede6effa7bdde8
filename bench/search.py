"""How fast a long history is searched, on both engines, and what the index costs: python -m bench.search.

The messages are made up: words of a vocabulary of 50,000, as frequent as words of a language are (Zipf),
nine in a message as a rule. Every search is for another word, so that nothing is in a cache by habit.
"""

import argparse
import random
import tempfile
import time
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count, islice
from pathlib import Path

from bench.mariadb import mariadb, server_program
from bench.report import Figure, table
from chat.core.indexing import Indexer
from chat.core.search import SearchQuery, search
from chat.core.terms import FROM, Term
from db.connection import Connection, Database, transaction
from db.messages import ReceiverRow, insert_received
from db.schema import CLIENT
from db.sqlite import SqliteDatabase
from tests.processes import ROOT

MESSAGES = 1_000_000
PLAIN = 50_000  # so many without an index, to compare
BATCH = 256
VOCABULARY = 50_000
SEARCHES = 40
EMBEDDED, SERVER = "embedded", "MariaDB"
AIM_MS = {EMBEDDED: 20.0, SERVER: 50.0}
OWN_NAME = "alice"
PEOPLE = 50
RANKS = {
    "common words": range(20),
    "mid words": range(300, 600),
    "rare words": range(30_000, VOCABULARY),
}


def main() -> None:
    """Measure and print."""
    flags = argparse.ArgumentParser(prog="python -m bench.search", description="How fast a long history is searched.")
    flags.add_argument("--messages", type=int, default=MESSAGES, metavar="N", help="%(default)s")
    flags.add_argument("--disk", type=Path, metavar="DIR", help="where the databases are; else here")
    chosen = flags.parse_args()
    disk = chosen.disk or ROOT / ".cache"
    disk.mkdir(exist_ok=True)
    print(table(measure(disk, chosen.messages)))


def measure(disk: Path, messages: int = MESSAGES) -> list[Figure]:
    """The figures of both engines, or of the embedded one alone where no server is installed."""
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        embedded = [SqliteDatabase(Path(folder, f"{name}.db"), bytes(32)) for name in ("plain", "indexed")]
        figures = _figures(EMBEDDED, embedded[0], embedded[1], messages)
        if server_program():
            with mariadb(Path(folder, "mariadb"), ["plain", "indexed"]) as (plain, indexed):
                figures += _figures(SERVER, plain, indexed, messages)
        return figures


def _figures(engine: str, plain: Database, indexed: Database, messages: int) -> list[Figure]:
    vocabulary = Vocabulary()
    without = Figure(f"{engine}: insert without an index", "µs a message")
    without.rounds += _fill(plain.connect(), vocabulary, min(PLAIN, messages), index=False)
    connection = indexed.connect()
    insert = Figure(f"{engine}: insert with the index", "µs a message", floor=without)
    insert.rounds += _fill(connection, vocabulary, messages, index=True)
    size = connection.query("SELECT SUM(OCTET_LENGTH(start) + OCTET_LENGTH(places)) FROM Word")[0][0]
    figures = [without, insert, Figure(f"{engine}: size of the index", "bytes a message", [float(size) / messages])]
    for what, queries in _queries(vocabulary):
        aim = Figure("the aim", "ms", [AIM_MS[engine]])
        rounds = [_timed(connection, query) for query in queries]
        figures.append(Figure(f"{engine}: search {messages:,} for {what}", "ms", rounds, aim, aim=1.0))
    return figures


def _queries(vocabulary: "Vocabulary") -> Iterator[tuple[str, list[SearchQuery]]]:
    chance = random.Random(7)
    words = {
        what: chance.choices([vocabulary.words[rank] for rank in ranks], k=SEARCHES) for what, ranks in RANKS.items()
    }
    for what, some in words.items():
        yield what, [SearchQuery([Term(word)]) for word in some]
    pairs = zip(words["common words"], words["mid words"], strict=True)
    yield "two words, one of them common", [SearchQuery([Term(a), Term(b)]) for a, b in pairs]
    pairs = zip(words["common words"], reversed(words["common words"]), strict=True)
    yield "a phrase", [SearchQuery([Term(f"{a} {b}")]) for a, b in pairs]
    yield "the first two letters of a word", [SearchQuery([Term(word[:2])]) for word in words["mid words"]]
    marked = [(Term(word), frozenset({FROM + chance.choice(vocabulary.people)})) for word in words["mid words"]]
    yield "a word of one person's", [SearchQuery([term], [mark]) for term, mark in marked]
    yield "a word that is nowhere", [SearchQuery([Term(word + "qq")]) for word in words["common words"]]


def _timed(connection: Connection, query: SearchQuery) -> float:
    start = time.perf_counter()
    search(connection, OWN_NAME, query)
    return (time.perf_counter() - start) * 1000


def _fill(connection: Connection, vocabulary: "Vocabulary", messages: int, *, index: bool) -> list[float]:
    """Store messages as they are received; what each took, in microseconds, for every tenth of them."""
    CLIENT.apply(connection, OWN_NAME)
    indexer = Indexer(OWN_NAME, connection)
    rows = _rows(vocabulary)
    taken = []
    for part in range(10):
        start = (messages * part // 10, messages * (part + 1) // 10)
        seconds = 0.0
        for batch in _batches(islice(rows, start[1] - start[0])):
            begun = time.perf_counter()
            with transaction(connection) as tx:
                insert_received(tx, batch)
                if index:
                    indexer.stored(tx, batch[-1].ordinal, [row.message for row in batch])
            seconds += time.perf_counter() - begun
        taken.append(seconds / (start[1] - start[0]) * 1e6)
    return taken


def _batches(rows: Iterable[ReceiverRow]) -> Iterator[list[ReceiverRow]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _rows(vocabulary: "Vocabulary") -> Iterator[ReceiverRow]:
    chance = random.Random(3)
    for ordinal in count(1):
        name = chance.choice(vocabulary.people)
        time_ = f"2026-01-01T{ordinal:020}"
        digest = ordinal.to_bytes(32, "big")
        text = vocabulary.message(chance)
        yield ReceiverRow(ordinal, name, "192.0.2.1", 1, text, time_, time_, "text", OWN_NAME, digest[16:], digest)


class Vocabulary:
    """Words that can be pronounced, the frequent ones short; and people."""

    def __init__(self) -> None:
        chance = random.Random(1)
        words = dict[str, None]()
        while len(words) < VOCABULARY:
            syllables = 1 + (len(words) > 30) + (len(words) > 800) + (chance.random() < 0.5)
            parts = (chance.choice("bcdfghjklmnpqrstvwz") + chance.choice("aeiou") for _ in range(syllables))
            words["".join(parts) + chance.choice(("", "n", "s", "r"))] = None
        self.words: Sequence[str] = list(words)
        self.people = [word * 2 for word in chance.sample(self.words, PEOPLE)]
        self._shares = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))

    def message(self, chance: random.Random) -> str:
        """A few words, nine as a rule."""
        length = 1 + min(60, int(chance.expovariate(1 / 9)))
        return " ".join(self.words[bisect(self._shares, chance.random() * self._shares[-1])] for _ in range(length))


if __name__ == "__main__":
    main()
