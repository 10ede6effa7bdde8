"""The history is read whole and in order, on both engines, a part at a time."""

import random

import pytest

from chat.core.export import reading
from chat.core.export.reading import last_number, messages, newest_messages
from db.connection import Database
from db.pool import Pool
from db.transcripts import DONE, VOICE, TranscriptRow, put_transcript
from tests.core.writings import OWN_NAME, Writing, chance_writings, write
from tests.db.rows import client_connection


@pytest.mark.parametrize("at_once", [1, 7, 256])
def test_all_in_order(database: Database, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", at_once)
    writings = chance_writings(random.Random(at_once), 40)
    write(client_connection(database), writings)
    pool = Pool(database)
    last = last_number(pool)
    read = list(messages(pool, OWN_NAME, last))
    assert [(line.number, line.sender, line.text) for line in read] == [
        (w.ordinal, w.sender, w.text if w.kind != VOICE else "") for w in writings
    ]
    assert newest_messages(pool, OWN_NAME, 5) == read[-5:]
    assert list(messages(pool, OWN_NAME, writings[9].ordinal)) == read[:10]


def test_no_connection_is_held_between_two_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    write(client_connection(database), chance_writings(random.Random(1), 5))
    pool = Pool(database)
    lines = messages(pool, OWN_NAME, last_number(pool))
    next(lines)
    pool.close()
    with pool.borrow() as connection:
        assert connection.query("SELECT 1") == [(1,)]


def test_of_a_recording_what_is_said_in_it(database: Database) -> None:
    connection = client_connection(database)
    write(
        connection, [Writing(1, "bob", (OWN_NAME,), "memo.ogg", VOICE), Writing(2, "bob", (OWN_NAME,), "b.ogg", VOICE)]
    )
    put_transcript(connection, TranscriptRow(1, DONE, 1, "it is Bob", 0.9, 2.0, "engine", b"", "en", ""))
    assert [line.text for line in newest_messages(Pool(database), OWN_NAME, 5)] == ["it is Bob", ""]
