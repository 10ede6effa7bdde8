"""Account and Revocation: who exists for the registry."""

from dataclasses import replace

import pytest

from db.accounts import (
    Account,
    Revocation,
    find_account,
    insert_account,
    insert_revocation,
    replace_key,
    revocations_of,
)
from db.connection import Connection, Database
from tests.db.rows import TIME, number, registry_connection

BOB = Account("bob", "0123456789abcdef0123", b"$2b$12$" + b"x" * 53, number(1, 32), TIME)


@pytest.fixture
def line(database: Database) -> Connection:
    return registry_connection(database)


def test_an_account_is_made_once(line: Connection) -> None:
    assert find_account(line, "bob") is None
    assert insert_account(line, BOB)
    assert not insert_account(line, replace(BOB, peer_id="another", public_key=number(2, 32)))
    assert not insert_account(line, replace(BOB, name="carol"))  # an id is one person's
    assert find_account(line, "bob") == BOB
    assert find_account(line, "carol") is None


def test_a_key_is_replaced_by_who_knows_the_old_one(line: Connection) -> None:
    insert_account(line, BOB)
    assert not replace_key(line, "bob", number(9, 32), number(2, 32), "later")
    assert not replace_key(line, "carol", BOB.public_key, number(2, 32), "later")
    assert find_account(line, "bob") == BOB
    assert replace_key(line, "bob", BOB.public_key, number(2, 32), "later")
    assert find_account(line, "bob") == replace(BOB, public_key=number(2, 32), enrolled="later")
    assert replace_key(line, "bob", number(2, 32), number(2, 32), "later")  # it matched, though nothing changed


def test_revocations_are_kept_in_order_and_once(line: Connection) -> None:
    older = Revocation(number(1, 32), "bob", "2026-01-01T00:00:00.000Z", number(3, 64))
    newer = Revocation(number(2, 32), "bob", "2026-02-01T00:00:00.000Z", number(4, 64))
    for revocation in (
        newer,
        older,
        replace(older, name="mallory"),
        replace(newer, public_key=number(5, 32), name="x"),
    ):
        insert_revocation(line, revocation)
    assert revocations_of(line, ["carol", "bob"]) == [older, newer]
    assert revocations_of(line, ["mallory"]) == []
