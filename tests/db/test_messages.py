"""Sender and Receiver: every text comes back as it was, and each question has one answer on both engines."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.connection import Connection, Database, transaction
from db.errors import StorageError
from db.messages import (
    PENDING,
    SENT,
    ReceiverRow,
    SenderRow,
    chain_at,
    insert_received,
    insert_sent,
    known_ids,
    last_ordinal,
    mark_sent,
    received_from,
    renumber,
    rows_to_renumber,
    stream_rows,
    unconfirmed_ids,
    written_ids,
)
from tests.db.rows import client_connection, number, receiver_row, sender_row

STREAM, OTHER = number(1), number(2)


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def statuses(line: Connection) -> list[tuple[int, str]]:
    return [(seq, status) for seq, status in line.query("SELECT seq, status FROM Sender ORDER BY name, stream, seq")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), min_size=1, max_size=8))
@example(texts=["\0", "a\0b", "😀", "trailing  ", " leading", "\\", "\\'", "'", '"', "%s ? %(x)s %%", "\r\n\t\x1a", ""])
@example(texts=["\ufeff\uffff\u202e", "e\u0301", "\U0010ffff", "*/ -- ; #", "NULL", "0x41"])
def test_any_text_comes_back_as_it_was(line: Connection, texts: list[str]) -> None:
    sent = [sender_row(seq, message=text) for seq, text in enumerate(texts, 1)]
    received = [receiver_row(ordinal, message=text) for ordinal, text in enumerate(texts, 1)]
    with transaction(line) as tx:
        tx.execute("DELETE FROM Sender")
        tx.execute("DELETE FROM Receiver")
        insert_sent(tx, sent)
        insert_received(tx, received)
    assert line.query(f"SELECT {', '.join(SenderRow._fields)} FROM Sender ORDER BY ordinal") == sent
    assert line.query(f"SELECT {', '.join(ReceiverRow._fields)} FROM Receiver ORDER BY ordinal") == received
    for row in sent:  # and is found by it, where the engine is given the text within a condition
        found = line.query("SELECT seq FROM Sender WHERE message = ? AND message_id = ?", (row.message, row.message_id))
        assert found == [(row.seq,)]


@pytest.mark.parametrize(
    "text", ["x" * 65_535, "😀" * 16_383, "'" * 65_535, "\0" * 65_535], ids=["ascii", "emoji", "quotes", "nul"]
)
def test_the_longest_text_fits(line: Connection, text: str) -> None:
    insert_sent(line, [sender_row(1, message=text)])
    assert line.query("SELECT message FROM Sender") == [(text,)]


def test_the_longest_of_everything_fits(line: Connection) -> None:
    name, largest = "n" * 40, 2**63 - 1
    everyone = ",".join(f"{n:040}" for n in range(256))
    row = sender_row(largest, name, ip="f" * 64, port=65_535, kind="k" * 16, recipients=everyone, message_id=number(1))
    insert_sent(line, [row])
    insert_received(line, [receiver_row(largest, name, ip="f" * 64, recipients=everyone, claimed="9" * 32)])
    assert line.query(f"SELECT {', '.join(SenderRow._fields)} FROM Sender") == [row]
    assert last_ordinal(line) == largest


def test_the_last_ordinal_is_over_both_tables(line: Connection) -> None:
    assert last_ordinal(line) == 0
    insert_sent(line, [sender_row(7)])
    assert last_ordinal(line) == 7
    insert_received(line, [receiver_row(9)])
    assert last_ordinal(line) == 9


@pytest.mark.parametrize(
    "row",
    [
        sender_row(2, seq=1),  # the same number in a stream
        sender_row(2, message_id=sender_row(1).message_id),  # the same message to the same person
        sender_row(1, seq=2, message_id=number(5)),  # the same place in the history
    ],
    ids=["number", "message", "place"],
)
def test_nothing_is_stored_twice(line: Connection, row: SenderRow) -> None:
    insert_sent(line, [sender_row(1)])
    with pytest.raises(StorageError):
        insert_sent(line, [row])
    assert statuses(line) == [(1, PENDING)]


def test_a_batch_is_stored_whole_or_not_at_all(line: Connection) -> None:
    insert_received(line, [receiver_row(3)])

    def store() -> None:
        with transaction(line) as tx:
            insert_received(tx, [receiver_row(1), receiver_row(2), receiver_row(3)])

    with pytest.raises(StorageError):
        store()
    assert line.query("SELECT ordinal FROM Receiver") == [(3,)]


def test_which_were_written(line: Connection) -> None:
    insert_sent(line, [sender_row(1), sender_row(3)])
    asked = [sender_row(n).message_id for n in (1, 2, 3)]
    assert written_ids(line, asked) == {sender_row(1).message_id, sender_row(3).message_id}


def test_known_ids_are_those_of_one_person(line: Connection) -> None:
    insert_received(line, [receiver_row(1), receiver_row(2, "carol"), receiver_row(3)])
    asked = [receiver_row(n).message_id for n in range(1, 257)]
    assert known_ids(line, "bob", asked) == {receiver_row(1).message_id, receiver_row(3).message_id}


def test_a_stream_is_read_in_order_from_a_place(line: Connection) -> None:
    rows = [sender_row(n) for n in (3, 1, 2, 4)]
    insert_sent(line, [*rows, sender_row(9, stream=OTHER), sender_row(10, "carol", seq=2)])
    found = stream_rows(line, "bob", STREAM, 1, 2)
    assert [row[1] for row in found] == [2, 3]
    two = sender_row(2)
    assert found[0] == (2, 2, two.message_id, two.digest, two.chain, "text", "message 2", "bob", two.time, "")
    assert all(type(value) in (int, str, bytes) for value in found[0])


def test_the_chain_at_a_number(line: Connection) -> None:
    insert_sent(line, [sender_row(1)])
    assert chain_at(line, "bob", STREAM, 1) == sender_row(1).chain
    assert chain_at(line, "bob", STREAM, 2) is None
    assert chain_at(line, "carol", STREAM, 1) is None


def test_marking_sent_keeps_to_its_rows(line: Connection) -> None:
    insert_sent(line, [sender_row(n) for n in range(1, 6)])
    assert unconfirmed_ids(line, "bob", STREAM, 1, 3) == [sender_row(2).message_id, sender_row(3).message_id]
    mark_sent(line, "bob", STREAM, 1, 3)
    assert statuses(line) == [(1, PENDING), (2, SENT), (3, SENT), (4, PENDING), (5, PENDING)]
    assert unconfirmed_ids(line, "bob", STREAM, 0, 5) == [sender_row(n).message_id for n in (1, 4, 5)]
    mark_sent(line, "bob", OTHER, 0, 5)
    mark_sent(line, "carol", STREAM, 0, 5)
    assert statuses(line)[0] == (1, PENDING)


def test_renumbering_moves_one_row(line: Connection) -> None:
    insert_sent(line, [sender_row(1, status=SENT), sender_row(2), sender_row(1, "carol", stream=OTHER)])
    all_rows = rows_to_renumber(line, "bob", STREAM, after=0, count=10, pending_only=False)
    one, two = sender_row(1), sender_row(2)
    assert all_rows == [(1, 1, one.message_id, one.digest, SENT), (2, 2, two.message_id, two.digest, PENDING)]
    assert rows_to_renumber(line, "bob", STREAM, after=0, count=10, pending_only=True) == all_rows[1:]
    assert rows_to_renumber(line, "bob", STREAM, after=0, count=1, pending_only=False) == all_rows[:1]
    renumber(line, "bob", 2, OTHER, 1, number(9, 32))
    assert chain_at(line, "bob", OTHER, 1) == number(9, 32)
    assert chain_at(line, "carol", OTHER, 1) == sender_row(1, "carol", stream=OTHER).chain
    assert chain_at(line, "bob", STREAM, 2) is None


def test_what_someone_left_is_counted_in_bytes(line: Connection) -> None:
    assert received_from(line, "bob") == (0, 0)
    texts = ["four", "é", "😀", "\0nul"]
    insert_received(line, [receiver_row(n, message=text) for n, text in enumerate(texts, 1)])
    insert_received(line, [receiver_row(9, "carol")])
    assert received_from(line, "bob") == (4, 4 + 2 + 4 + 4)
