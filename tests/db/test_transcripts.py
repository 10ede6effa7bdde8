"""Transcript: which voice messages wait, and what came of them."""

import pytest

from db.connection import Connection, Database
from db.files import ACCEPTED, DONE, OFFERED, FileRow, insert_files
from db.messages import insert_received, insert_sent
from db.transcripts import (
    FAILED,
    VOICE,
    TranscriptRow,
    Untranscribed,
    count_attempt,
    find_transcripts,
    next_untranscribed,
    put_transcript,
)
from tests.db.rows import TIME, client_connection, number, receiver_row, sender_row, transcript_row


@pytest.fixture
def connection(database: Database) -> Connection:
    return client_connection(database)


def file_row(ordinal: int, state: str, name: str = "bob", *, outgoing: int = 0, path: str = "/tmp/it.ogg") -> FileRow:
    return FileRow(
        ordinal, name, outgoing, number(ordinal), "it.ogg", 9, "audio/ogg", number(1, 32), path, "", state, "", TIME
    )


def waiting(connection: Connection) -> list[int]:
    ordinals, after = [], 0
    while (found := next_untranscribed(connection, after)) is not None:
        after = found.ordinal
        ordinals.append(after)
    return ordinals


def test_a_received_recording_waits_once_it_is_here(connection: Connection) -> None:
    insert_received(connection, [receiver_row(3, kind=VOICE), receiver_row(5, kind=VOICE), receiver_row(6, kind=VOICE)])
    insert_files(connection, [file_row(3, OFFERED, path=""), file_row(5, DONE), file_row(6, ACCEPTED)])
    assert next_untranscribed(connection) == Untranscribed(5, number(5), "bob", 0, "/tmp/it.ogg", 0)
    assert waiting(connection) == [5]


def test_an_own_recording_waits_at_once_and_once_for_all_recipients(connection: Connection) -> None:
    insert_sent(connection, [sender_row(4, name, kind=VOICE, message_id=number(4)) for name in ("bob", "carol")])
    insert_files(connection, [file_row(4, OFFERED, name, outgoing=1) for name in ("bob", "carol")])
    assert waiting(connection) == [4]


def test_other_files_do_not_wait(connection: Connection) -> None:
    insert_received(connection, [receiver_row(1, kind="image"), receiver_row(2, kind="file")])
    insert_sent(connection, [sender_row(3, kind="file")])
    insert_files(connection, [file_row(1, DONE), file_row(2, DONE), file_row(3, OFFERED, outgoing=1)])
    assert waiting(connection) == []


def test_attempts_are_counted_and_taken_back(connection: Connection) -> None:
    insert_received(connection, [receiver_row(5, kind=VOICE)])
    insert_files(connection, [file_row(5, DONE)])
    for _ in range(3):
        count_attempt(connection, 5)
    count_attempt(connection, 5, -1)
    assert next_untranscribed(connection) == Untranscribed(5, number(5), "bob", 0, "/tmp/it.ogg", 2)


@pytest.mark.parametrize(
    "row", [transcript_row(5), transcript_row(5, text="", state=FAILED, confidence=None, reason="bad")]
)
def test_what_came_of_it_is_kept_and_ends_the_waiting(connection: Connection, row: TranscriptRow) -> None:
    insert_received(connection, [receiver_row(5, kind=VOICE)])
    insert_files(connection, [file_row(5, DONE)])
    count_attempt(connection, 5)
    put_transcript(connection, row)
    assert find_transcripts(connection, [4, 5]) == {5: row}
    assert waiting(connection) == []


def test_a_better_one_replaces_it(connection: Connection) -> None:
    put_transcript(connection, transcript_row(5, "wreck a nice beach"))
    put_transcript(connection, transcript_row(5, "recognise speech"))
    assert find_transcripts(connection, [5])[5].text == "recognise speech"
    assert find_transcripts(connection, []) == {}


def test_an_hour_of_words_fits(connection: Connection) -> None:
    long = "words upon words " * 10_000
    put_transcript(connection, transcript_row(5, long))
    assert find_transcripts(connection, [5])[5].text == long
