"""Block and Word on both engines."""

import pytest

from db.blocks import Block, Words, block_of, find_blocks, find_words, insert_block, last_in_blocks, put_words
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
    assert find_words(connection, [1, 11], "wa") == [Words(1, "wa", b"\x00one"), Words(11, "wa", b"four")]
    assert find_words(connection, [1], "wa", longer=True) == [Words(1, "wa", b"\x00one"), Words(1, "wab", b"two")]
    assert find_words(connection, [11], "d", longer=True) == [Words(11, "d中", "中".encode())]
    assert find_words(connection, [16], "wa") == []
    assert find_words(connection, [], "wa") == []


def test_a_row_is_replaced_or_made(connection: Connection) -> None:
    put_words(connection, Words(11, "wa", b"new"))
    put_words(connection, Words(16, "wz", b"newer"))
    assert find_words(connection, [1, 11, 16], "w", longer=True)[-2:] == [
        Words(11, "wa", b"new"),
        Words(16, "wz", b"newer"),
    ]
