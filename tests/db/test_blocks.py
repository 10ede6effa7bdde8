"""Block and Word on both engines."""

import pytest

from db.blocks import (
    Block,
    Words,
    block_of,
    find_blocks,
    find_starts,
    find_words,
    insert_block,
    last_in_blocks,
    put_words,
)
from db.connection import Connection, Database
from tests.db.rows import client_connection

ONE, TWO, THREE = Block(1, 10, "a", "c"), Block(11, 15, "b", "d"), Block(16, 30, "e", "f")


@pytest.fixture
def connection(database: Database) -> Connection:
    connection = client_connection(database)
    insert_block(connection, ONE, [("wa", b"\x00one"), ("wab", b"two"), ("wb", b"three")])
    insert_block(connection, TWO, [("wa", b"four"), ("d中", "中".encode())])
    insert_block(connection, THREE, [])
    return connection


def test_an_empty_database_has_none(database: Database) -> None:
    connection = client_connection(database)
    assert last_in_blocks(connection) == 0
    assert find_blocks(connection) == []
    assert block_of(connection, 1) is None


def test_blocks(connection: Connection) -> None:
    assert last_in_blocks(connection) == 30
    assert find_blocks(connection) == [THREE, TWO, ONE]
    assert find_blocks(connection, before="b") == [ONE]
    assert find_blocks(connection, after="d") == [THREE, TWO]
    assert find_blocks(connection, before="e", after="d") == [TWO]
    assert find_blocks(connection, below=16, count=1) == [TWO]


@pytest.mark.parametrize(("ordinal", "block"), [(0, None), (1, ONE), (10, ONE), (11, TWO), (30, THREE), (31, None)])
def test_the_block_of_a_message(connection: Connection, ordinal: int, block: Block | None) -> None:
    assert block_of(connection, ordinal) == block


def test_words(connection: Connection) -> None:
    assert find_words(connection, ["wa"], 1, 11) == [Words("wa", 1, b"\x00one"), Words("wa", 11, b"four")]
    assert find_words(connection, ["wa", "wb"], 1, 10) == [Words("wa", 1, b"\x00one"), Words("wb", 1, b"three")]
    assert find_words(connection, ["d中"], 11, 16) == [Words("d中", 11, "中".encode())]
    assert find_words(connection, ["wa"], 12, 99) == []
    assert find_words(connection, [], 1, 99) == []


def test_starts(connection: Connection) -> None:
    assert find_starts(connection, "wa") == ["wa", "wab"]
    assert find_starts(connection, "w") == ["wa", "wab", "wb"]
    assert find_starts(connection, "d") == ["d中"]
    assert find_starts(connection, "x") == []


def test_a_row_is_replaced_or_made(connection: Connection) -> None:
    put_words(connection, Words("wa", 11, b"new"))
    put_words(connection, Words("wz", 16, b"newer"))
    assert find_words(connection, ["wa", "wz"], 11, 16) == [Words("wa", 11, b"new"), Words("wz", 16, b"newer")]
