"""Both tables of messages read as one, on both engines."""

import pytest

from db.connection import Connection, Database
from db.files import insert_files
from db.history import Part, Searchable, newest, oldest, received_rows, searchable, searchable_between, sent_rows
from db.messages import insert_received, insert_sent
from db.transcripts import put_transcript
from tests.core.writings import Writing, file_row
from tests.db.rows import client_connection, receiver_row, sender_row, transcript_row

ALL = Part(1, 2**63 - 1)


@pytest.fixture
def connection(database: Database) -> Connection:
    """1 and 4 from bob, 2 to bob and carol, 3 from carol, 5 to carol."""
    connection = client_connection(database)
    insert_received(
        connection,
        [
            receiver_row(1, "bob", message="one", time="2026-01-01"),
            receiver_row(3, "carol", message="three", time="2026-01-03", recipients="alice,bob"),
            receiver_row(4, "bob", message="four.png", kind="image", time="2026-01-02"),
        ],
    )
    both = sender_row(2, message="two", recipients="carol,bob", time="2026-01-02")
    insert_sent(connection, [both._replace(name="carol"), both, sender_row(5, "carol")])
    files = [
        Writing(4, "bob", ("alice",), "four.png", "image"),
        Writing(1, "bob", ("alice",), "one", file_name="1.pdf"),
    ]
    insert_files(connection, [file_row(writing, "bob") for writing in files])
    return connection


def test_newest_and_oldest(connection: Connection) -> None:
    assert newest(connection, ALL, "", 10) == [5, 4, 3, 2, 1]
    assert newest(connection, ALL, "", 2) == [5, 4]
    assert newest(connection, ALL, "bob", 10) == [4, 2, 1]
    assert oldest(connection, ALL, "carol", 2) == [2, 3]
    assert newest(connection, Part(2, 4), "", 10) == [4, 3, 2]
    assert newest(connection, Part(1, 4, before="2026-01-03"), "", 10) == [4, 2, 1]
    assert newest(connection, Part(1, 4, after="2026-01-02"), "", 2) == [4, 3]
    assert newest(connection, ALL, "dave", 10) == []


def test_rows(connection: Connection) -> None:
    assert [(row[0], *row[2:4], row[6]) for row in sent_rows(connection, [2, 3])] == [
        (2, "carol,bob", "two", "bob"),
        (2, "carol,bob", "two", "carol"),
    ]
    assert [(row[0], row[3], row[6]) for row in received_rows(connection, [4, 2, 1])] == [
        (1, "one", "bob"),
        (4, "four.png", "bob"),
    ]
    assert sent_rows(connection, []) == received_rows(connection, []) == []


def test_what_is_searched(connection: Connection) -> None:
    everything = [
        Searchable(1, "bob", "alice", "text", "2026-01-01", "one\n1.pdf"),
        Searchable(2, "", "carol,bob", "text", "2026-01-02", "two"),
        Searchable(3, "carol", "alice,bob", "text", "2026-01-03", "three"),
        Searchable(4, "bob", "alice", "image", "2026-01-02", "four.png"),
    ]
    assert searchable(connection, [4, 3, 2, 1]) == everything
    assert searchable(connection, []) == []
    assert list(searchable_between(connection, 2, 4)) == everything[1:]
    assert [row.ordinal for row in searchable_between(connection, 1, 10_000)] == [1, 2, 3, 4, 5]


def test_what_is_searched_of_voice_messages(connection: Connection) -> None:
    put_transcript(connection, transcript_row(4, "said in it"))
    put_transcript(connection, transcript_row(1, "both"))
    assert [row.text for row in searchable(connection, [1, 2, 4])] == [
        "one\n1.pdf\nboth",
        "two",
        "four.png\nsaid in it",
    ]
