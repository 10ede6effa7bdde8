"""Blocks of words: filled in the transaction of the message that fills them, whole whatever happens."""

import random

import pytest

from chat.core import indexing
from chat.core.indexing import Indexer, marks_of, read_places
from chat.core.search import SearchQuery, search
from chat.core.terms import Term
from db.blocks import find_blocks, last_in_blocks
from db.connection import Connection, Database, transaction
from db.messages import insert_received
from db.transcripts import put_transcript
from tests.core.writings import OWN_NAME, Writing, chance_writings, hour_time, write
from tests.db.rows import client_connection, receiver_row, transcript_row


@pytest.fixture
def connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(indexing, "FULL", 10 * indexing.MESSAGE)
    return client_connection(database)


def said(*numbers: int, text: str = "a text") -> list[Writing]:
    return [Writing(number, "bob", ("alice",), text, time=hour_time(number)) for number in numbers]


def words(connection: Connection) -> dict[int, dict[str, list[int]]]:
    """For each block its words and their places."""
    found: dict[int, dict[str, list[int]]] = {}
    for block, places in connection.query("SELECT block, places FROM Word ORDER BY block, start"):
        found.setdefault(block, {}).update(read_places(bytes(places)))
    return found


def found(connection: Connection, word: str) -> list[int]:
    return [hit.number for hit in search(connection, OWN_NAME, SearchQuery([Term(word)], count=1000)).hits]


def test_blocks_follow_on_each_other_and_know_their_times(connection: Connection) -> None:
    write(connection, said(*range(1, 31)))
    blocks = find_blocks(connection)[::-1]
    assert len(blocks) >= 2
    assert blocks[0].first == 1
    assert [block.first for block in blocks[1:]] == [block.last + 1 for block in blocks[:-1]]
    for block in blocks:
        assert (block.first_time, block.last_time) == (hour_time(block.first), hour_time(block.last))


def test_a_block_has_every_word_and_mark_with_its_messages(connection: Connection) -> None:
    write(
        connection,
        [Writing(n, "bob", ("alice", "carol"), f"odd{n}" if n % 2 else "even", "image") for n in range(1, 12)],
    )
    first, *_ = find_blocks(connection)[::-1]
    everywhere = list(range(first.last))
    assert words(connection)[1] == {
        "even": [n - 1 for n in range(2, first.last + 1, 2)],
        **{f"odd{n}": [n - 1] for n in range(1, first.last + 1, 2)},
        "<bob": everywhere,
        ">alice": everywhere,
        ">carol": everywhere,
        "=image": everywhere,
    }


def test_long_messages_fill_a_block_sooner(connection: Connection) -> None:
    write(connection, said(1, 2, text="x" * 10 * indexing.MESSAGE))
    assert [(block.first, block.last) for block in find_blocks(connection)] == [(2, 2), (1, 1)]


def test_a_program_that_starts_anew_goes_on(connection: Connection) -> None:
    for number in range(1, 31):
        write(connection, said(number))  # a new Indexer each time
    once = words(connection)
    assert len(once) >= 2
    assert found(connection, "text") == list(range(30, 0, -1))


def test_a_block_that_was_undone_is_made_again(connection: Connection) -> None:
    indexer = Indexer(OWN_NAME, connection)
    for number, undone in enumerate([False] * 5 + [True] * 30 + [False] * 30, 1):
        connection.begin()
        insert_received(connection, [receiver_row(number, message="a text")])
        indexer.stored(connection, number, ["a text"])
        if undone:
            connection.rollback()
        else:
            connection.commit()
    assert last_in_blocks(connection) > 40
    assert found(connection, "text") == [*range(65, 35, -1), *range(5, 0, -1)]


def test_many_at_once_make_as_many_blocks_as_they_fill(connection: Connection) -> None:
    indexer = Indexer(OWN_NAME, connection)
    with transaction(connection) as tx:
        insert_received(tx, [receiver_row(number, message="a text") for number in range(1, 601)])
        indexer.stored(tx, 600, ["a text"] * 600)
    assert len(find_blocks(connection)) > 50
    assert found(connection, "text") == list(range(600, 0, -1))


def test_text_that_comes_later_is_found_in_a_block(connection: Connection) -> None:
    write(connection, chance_writings(random.Random(1), 40))
    indexer, blocks = Indexer(OWN_NAME, connection), find_blocks(connection)
    before = words(connection)
    with transaction(connection) as tx:
        indexer.added(tx, blocks[-1].first, "transcribed the sentence")
        indexer.added(tx, blocks[-1].last, "transcribed too")
        indexer.added(tx, blocks[0].last + 1, "in no block yet")
    after = words(connection)
    places = after[blocks[-1].first]
    assert places["transcribed"] == [0, blocks[-1].last - blocks[-1].first]
    assert places["sentence"] == [0]
    for block, known in before.items():
        for word, some in known.items():
            assert set(some) <= set(after[block][word])
    assert set(after) == set(before)


def test_text_that_comes_later_helps_to_fill_a_block(connection: Connection) -> None:
    write(connection, [Writing(1, "bob", (OWN_NAME,), "memo.ogg", "voice")])
    indexer = Indexer(OWN_NAME, connection)
    spoken = "spoken " * (indexing.FULL // indexing.BYTE // 7 + 1)
    with transaction(connection) as tx:
        put_transcript(tx, transcript_row(1, spoken))
        indexer.added(tx, 1, spoken)
    with transaction(connection) as tx:
        insert_received(tx, [receiver_row(2, message="a text")])
        indexer.stored(tx, 2, ["a text"])
    assert [block.last for block in find_blocks(connection)] == [1]
    assert found(connection, "spoken") == [1]
    assert found(connection, "text") == [2]


def test_marks() -> None:
    assert marks_of("alice", "bob,carol", "file") == {"<alice", ">bob", ">carol", "=file"}
    assert marks_of("bob", "alice", "text") == {"<bob", ">alice"}
