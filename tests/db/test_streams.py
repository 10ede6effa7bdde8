"""Outbound and Inbound: how far each stream is."""

import pytest

from db.connection import Connection, Database
from db.streams import (
    InboundRow,
    OutboundRow,
    find_inbound,
    find_outbound,
    keep_inbound,
    names_with_pending,
    newest_inbound,
    put_inbound,
    put_outbound,
)
from tests.db.rows import client_connection, number


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def outbound(name: str, last: int = 3, acked: int = 1) -> OutboundRow:
    return OutboundRow(name, number(1), number(2, 32), last, number(3, 32), acked)


def inbound(stream: int, n: int = 1) -> InboundRow:
    return InboundRow(number(stream), n, number(100 + n, 32))


def test_outbound_is_one_row_to_a_person(line: Connection) -> None:
    assert find_outbound(line, "bob") is None
    put_outbound(line, OutboundRow("bob", number(1), b"", 0, number(1), 0))  # not linked yet: the chain is the stream
    assert find_outbound(line, "bob") == OutboundRow("bob", number(1), b"", 0, number(1), 0)
    for row in (outbound("bob"), outbound("bob"), outbound("carol"), outbound("bob", 9)):
        put_outbound(line, row)
    assert find_outbound(line, "bob") == outbound("bob", 9)
    assert find_outbound(line, "carol") == outbound("carol")
    assert line.query("SELECT COUNT(*) FROM Outbound") == [(2,)]


def test_who_has_something_to_come(line: Connection) -> None:
    for row in (outbound("dora"), outbound("bob", 3, 3), outbound("alma", 1, 0), outbound("carol", 0, 0)):
        put_outbound(line, row)
    assert names_with_pending(line) == ["alma", "dora"]


def test_inbound_is_one_row_to_a_stream(line: Connection) -> None:
    assert find_inbound(line, "bob", number(1)) is None
    for n in (1, 2, 2, 5):
        put_inbound(line, "bob", inbound(1, n), n)
    put_inbound(line, "carol", inbound(1, 9), 9)
    assert find_inbound(line, "bob", number(1)) == inbound(1, 5)
    assert find_inbound(line, "bob", number(2)) is None


def test_the_streams_written_last_come_first(line: Connection) -> None:
    for place, stream in enumerate((4, 2, 3, 1, 2), 1):
        put_inbound(line, "bob", inbound(stream), place)
    put_inbound(line, "carol", inbound(5), 99)
    assert newest_inbound(line, "bob", 3) == [inbound(2), inbound(1), inbound(3)]
    assert newest_inbound(line, "bob", 8)[-1] == inbound(4)
    assert newest_inbound(line, "dora", 8) == []


def test_streams_are_forgotten_for_one_person(line: Connection) -> None:
    for place in (1, 2, 3):
        put_inbound(line, "bob", inbound(place), place)
        put_inbound(line, "carol", inbound(place), place)
    keep_inbound(line, "bob", [number(3), number(1)])
    assert newest_inbound(line, "bob", 8) == [inbound(3), inbound(1)]
    assert len(newest_inbound(line, "carol", 8)) == 3
