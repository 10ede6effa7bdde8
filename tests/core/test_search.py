"""Searching: the same hits on both engines as a scan of every message, in many scripts and for any input."""

import random
import re
import unicodedata
from collections.abc import Iterable, Sequence
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core import indexing
from chat.core import search as searching
from chat.core.folding import fold, normalized
from chat.core.history import Bounds
from chat.core.indexing import Indexer
from chat.core.search import SearchQuery, search
from chat.core.terms import FROM, KIND, TO, Term
from db.connection import Connection, Database, transaction
from db.history import searchable
from db.transcripts import put_transcript
from tests.core.writings import OWN_NAME, PEOPLE, Writing, chance_writings, hour_time, write
from tests.corpus import LINES
from tests.db.rows import client_connection, transcript_row

SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "MYANMAR", "KHMER", "IDEOGRAPHIC")


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a short history has many, and much of the index is looked at."""
    monkeypatch.setattr(indexing, "FULL", 10 * indexing.MESSAGE)
    monkeypatch.setattr(searching, "FEW", 1)


def numbers(connection: Connection, *words: str, **query: object) -> list[int]:
    found = search(connection, OWN_NAME, SearchQuery([Term(word) for word in words], **query))  # type: ignore[arg-type]
    return [hit.number for hit in found.hits]


# Against a scan


def scanned(writings: Iterable[Writing], words: Sequence[str], query: SearchQuery) -> list[int]:
    """What a reader with patience would find: the newest of the messages that fit."""
    return [w.ordinal for w in reversed(list(writings)) if fits(w, words, query)][: query.count]


def fits(writing: Writing, words: Sequence[str], query: SearchQuery) -> bool:
    bounds = query.bounds
    marks = {FROM + writing.sender, KIND + writing.kind, *(TO + name for name in writing.to)}
    return (
        (not bounds.before or writing.time < bounds.before)
        and (not bounds.after or writing.time >= bounds.after)
        and (not bounds.before_number or writing.ordinal < bounds.before_number)
        and writing.ordinal > bounds.after_number
        and all(either & marks for either in query.marks)
        and all(stands_in(word, f"{writing.text}\n{writing.file_name}") for word in words)
    )


def stands_in(word: str, text: str) -> bool:
    needle, hay = (re.sub(r"\s+", " ", fold(normalized(each))) for each in (word.strip(), text))
    return any(
        hay.startswith(needle.strip(), place) and not (place and in_a_word(hay[place - 1]) and in_a_word(hay[place]))
        for place in range(len(hay))
    )


def in_a_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" and not unicodedata.name(char, "").startswith(SPACELESS)


def slices(line: str) -> st.SearchStrategy[str]:
    return st.tuples(st.integers(0, len(line)), st.integers(1, 12)).map(lambda cut: line[cut[0] : cut[0] + cut[1]])


lines = st.sampled_from(LINES)
words = st.one_of(
    lines.flatmap(lambda line: st.sampled_from(line.split() or ["x"])),
    lines.flatmap(lambda line: st.sampled_from(line.split() or ["x"])).flatmap(slices),
    lines.flatmap(slices),
    st.sampled_from(("photo", "PHOTO.png", "png photo")),
    st.text(max_size=5),
    st.text("\"'*:()^+-~@<>\\%_?!.,;{}[]|&#$/ aeo", max_size=6),
).flatmap(lambda word: st.sampled_from([word, word.upper(), word.lower(), fold(normalized(word))]))
marks = st.lists(
    st.one_of(
        st.sets(st.sampled_from((OWN_NAME, *PEOPLE)), min_size=1, max_size=2).map(
            lambda names: {FROM + n for n in names}
        ),
        st.sampled_from((OWN_NAME, *PEOPLE, "nobody")).map(lambda name: {TO + name}),
        st.sampled_from(("file", "image", "voice", "nothing")).map(lambda kind: {KIND + kind}),
    ).map(frozenset),
    max_size=2,
)
times = st.one_of(st.just(""), st.floats(-3, 120).map(hour_time))
bounds = st.builds(Bounds, times, times, st.integers(0, 250), st.integers(0, 100))


def test_hits_are_those_of_a_scan(database: Database, small_blocks: None) -> None:
    connection = client_connection(database)
    writings = chance_writings(random.Random(4), 200)
    write(connection, writings)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(words, max_size=3), marks, st.one_of(st.just(Bounds()), bounds), st.sampled_from((3, 20, 1000)))
    def check(some: list[str], either: list[frozenset[str]], between: Bounds, count: int) -> None:
        terms = [term for word in some if (term := Term(word))]
        query = SearchQuery(terms, either, count, between)
        found = search(connection, OWN_NAME, query)
        hits = [hit.number for hit in found.hits]
        expected = scanned(writings, some, query) if terms or either else []
        assert hits == expected
        if len(hits) < count:
            assert found.older == 0
        for hit in found.hits:
            marked = [fold(hit.text[start:end]) for start, end in hit.marks]
            assert bool(marked) == bool(terms)

    check()


# By example


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("cafe", "Le CAFÉ est froid"),
        ("CAFÉ", "cafe\u0301s"),
        ("strasse", "in der Straße"),
        ("Łódź", "jutro lodz"),
        ("istanbul", "İSTANBUL"),
        ("елка", "Ёлка стоит"),
        ("αθηνα", "η ΑΘΉΝΑ"),
        ("שלום", "שָׁלוֹם רב"),
        ("محمد", "كتب مُحَمَّد"),
        ("हिन्दी", "में हिन्दी"),
        ("trai", "the train leaves"),
        ("c++", "C++ or not"),
        ("bob@ex", "mail bob@example.org"),
        ("new york", "to New\n  York!"),
        ("don't", "I don\u2019t know"),
        ("国", "我们在中国"),
        ("中国", "我们在中国銀行"),
        ("京行", "東京行きの電車"),
        ("울역", "서울역에서"),
        ("เชียง", "รถไฟไปเชียงใหม่"),
        ("手机", "iPhone手机坏了"),
        ("iphone手", "iPhone手机坏了"),
        ("iphone", "用iPhone写"),
        ("🎉", "won 🎉🎉"),
        ("👩💻", "a 👩\u200d💻 writes"),
        (":)", "it works :)"),
        ("a_b", "LIKE '%a_b%'"),
        ("the", "the"),
        ("of", "cup of tea"),
        ("x" * 150, "x" * 200),
        ("full", "\uff26\uff55\uff4c\uff4c"),
    ],
)
def test_is_found(database: Database, word: str, text: str) -> None:
    connection = client_connection(database)
    write(connection, [Writing(1, "bob", ("alice",), text)])
    assert numbers(connection, word) == [1]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("rain", "the train leaves"),
        ("cafes", "café"),
        ("c++", "c and c#"),
        ("new york", "york new"),
        ("new york", "new, york"),
        ("国中", "我们在中国"),
        ("か", "がっこう"),
        ("phone", "iPhone手机"),
        ("a%", "abc"),
        ("a_c", "abc"),
        ("*", "abc"),
        ("x" * 150 + "y", "x" * 200),
    ],
)
def test_is_not_found(database: Database, word: str, text: str) -> None:
    connection = client_connection(database)
    write(connection, [Writing(1, "bob", ("alice",), text)])
    assert numbers(connection, word) == []


def test_without_anything_to_look_for_there_is_nothing(database: Database) -> None:
    connection = client_connection(database)
    write(connection, [Writing(1, "bob", ("alice",), "text")])
    assert search(connection, OWN_NAME, SearchQuery([])).hits == []


def test_a_message_to_many_is_one_hit(database: Database) -> None:
    connection = client_connection(database)
    write(connection, [Writing(1, "alice", ("bob", "carol"), "for both of you")])
    (hit,) = search(connection, OWN_NAME, SearchQuery([Term("both")])).hits
    assert (hit.to, hit.status, hit.states) == (("bob", "carol"), "pending", {"bob": "pending", "carol": "pending"})


def test_a_hit_is_marked_where_it_stands_in_the_text_as_it_was_written(database: Database) -> None:
    connection = client_connection(database)
    write(connection, [Writing(1, "bob", ("alice",), "Groß: Die Stra\u00dfe, STRASSEN und Cafe\u0301")])
    (hit,) = search(connection, OWN_NAME, SearchQuery([Term("strasse"), Term("café"), Term("cafe")])).hits
    assert [hit.text[start:end] for start, end in hit.marks] == ["Straße", "STRASSE", "Café"]
    (hit,) = search(connection, OWN_NAME, SearchQuery([Term("stras")])).hits
    assert [hit.text[start:end] for start, end in hit.marks] == ["Straß", "STRAS"]


def test_what_is_not_in_a_block_yet_is_found_too(database: Database, small_blocks: None) -> None:
    connection = client_connection(database)
    for count in range(1, 40):
        write(connection, [Writing(count, "bob", ("alice",), f"number{count} text")])
        assert numbers(connection, "text", count=100) == list(range(count, 0, -1))


@pytest.mark.parametrize("more", [0, 30], ids=["in no block yet", "in a block"])
def test_the_words_of_a_voice_message(database: Database, small_blocks: None, more: int) -> None:
    connection = client_connection(database)
    writings = [
        Writing(1, "bob", ("alice",), "memo.ogg", "voice"),
        *(Writing(n, "bob", ("alice",), f"text {n}") for n in range(2, more + 2)),
    ]
    write(connection, writings)
    indexer = Indexer(OWN_NAME, connection)
    with transaction(connection) as tx:
        put_transcript(tx, transcript_row(1, "The best of times, the worst of times."))
        indexer.added(tx, 1, "The best of times, the worst of times.")
    found = search(connection, OWN_NAME, SearchQuery([Term("worst")], [frozenset({KIND + "voice"})]))
    (hit,) = found.hits
    assert (hit.number, hit.kind, hit.transcript) == (1, "voice", "The best of times, the worst of times.")
    assert [hit.text[start:end] for start, end in hit.marks] == ["worst"]
    assert numbers(connection, "worst", "text") == []
    assert numbers(connection, "memo.ogg", "times") == [1]


def test_it_goes_on_where_it_left_off(database: Database, small_blocks: None) -> None:
    connection = client_connection(database)
    write(connection, [Writing(n, "bob", ("alice",), "even" if n % 2 == 0 else "odd") for n in range(1, 101)])
    seen, before = list[int](), 0
    while not seen or before:
        found = search(connection, OWN_NAME, SearchQuery([Term("even")], count=7, bounds=Bounds(before_number=before)))
        seen += [hit.number for hit in found.hits]
        before = found.older
    assert seen == list(range(100, 0, -2))


def test_the_work_is_bounded(database: Database, small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MAX_LOOKED_AT", 30)
    connection = client_connection(database)
    write(connection, [Writing(1, "bob", ("alice",), "needle!")])
    write(connection, [Writing(n, "bob", ("alice",), "needle") for n in range(2, 101)])
    with mock.patch("chat.core.search.searchable", wraps=searchable) as read:
        found = search(connection, OWN_NAME, SearchQuery([Term("needle!")]))
    assert (found.hits, found.older) == ([], 71)
    assert sum(len(call.args[1]) for call in read.call_args_list) <= 30 + searching.AT_ONCE
    seen, before = list[int](), found.older
    while before:
        found = search(connection, OWN_NAME, SearchQuery([Term("needle!")], bounds=Bounds(before_number=before)))
        seen += [hit.number for hit in found.hits]
        before = found.older
    assert seen == [1]


def test_a_rare_word_is_not_looked_for_in_every_message(database: Database, small_blocks: None) -> None:
    connection = client_connection(database)
    write(connection, [Writing(n, "bob", ("alice",), "rare thing" if n == 50 else "thing") for n in range(1, 301)])
    with mock.patch("chat.core.search.searchable", wraps=searchable) as read:
        assert numbers(connection, "rare", "thing") == [50]
    assert sum(len(call.args[1]) for call in read.call_args_list) <= 1 + 10  # itself, and those in no block yet


def test_words_that_are_never_together_are_not_looked_for_in_every_message(
    database: Database, small_blocks: None
) -> None:
    connection = client_connection(database)
    write(connection, [Writing(n, "bob", ("alice",), "left" if n % 2 else "right") for n in range(1, 301)])
    with mock.patch("chat.core.search.searchable", wraps=searchable) as read:
        assert numbers(connection, "left", "right") == []
    assert sum(len(call.args[1]) for call in read.call_args_list) <= 10


def test_whose_a_word_is_is_looked_up_before_the_messages(
    database: Database, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", 4)
    connection = client_connection(database)
    writers = ["carol" if n == 50 else "bob" for n in range(1, 301)]
    write(connection, [Writing(n, name, ("alice",), "tea" * (n % 3 == 2)) for n, name in enumerate(writers, 1)])
    with mock.patch("chat.core.search.searchable", wraps=searchable) as read:
        found = search(connection, OWN_NAME, SearchQuery([Term("tea")], [frozenset({FROM + "carol"})]))
    assert [hit.number for hit in found.hits] == [50]
    assert sum(len(call.args[1]) for call in read.call_args_list) <= 4 + 10  # of its block, and those in none yet
