"""User: who is known, and what of them."""

import pytest

from db.connection import Connection, Database
from db.users import User, all_users, find_user, update_user
from tests.db.rows import client_connection, number


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def test_a_row_is_made_at_its_first_change(line: Connection) -> None:
    assert find_user(line, "bob") is None
    update_user(line, "bob")
    assert find_user(line, "bob") == User("bob", "", 0, False, False, False, False, False, "", b"", b"", 0)


def test_changes_touch_nothing_else(line: Connection) -> None:
    update_user(line, "bob", ip="2001:db8::1", port=4711, contact=1, public_key=number(1, 32))
    update_user(line, "carol", blocked=1)
    update_user(line, "bob", verified=1, read_up_to=2**63 - 1)
    update_user(line, "bob", verified=1)  # what changes nothing is no error
    bob = find_user(line, "bob")
    assert bob == User("bob", "2001:db8::1", 4711, True, False, False, True, False, "", number(1, 32), b"", 2**63 - 1)
    assert [user.name for user in all_users(line)] == ["bob", "carol"]


def test_types_are_those_of_the_row(line: Connection) -> None:
    update_user(line, "bob", public_key=number(1, 32))
    bob = find_user(line, "bob")
    assert bob is not None
    assert (type(bob.name), type(bob.port), type(bob.contact), type(bob.public_key)) == (str, int, bool, bytes)


def test_everyone_is_ordered_by_name(line: Connection) -> None:
    for name in ("b-b", "a", "b.b", "b_b", "b0", "bb", "b"):
        update_user(line, name)
    assert [user.name for user in all_users(line)] == sorted(("b-b", "a", "b.b", "b_b", "b0", "bb", "b"))


def test_a_column_that_is_none_is_a_fault_of_ours(line: Connection) -> None:
    with pytest.raises(ValueError, match="nome"):
        update_user(line, "bob", nome="carol")
    with pytest.raises(ValueError, match="port = 1"):
        update_user(line, "bob", **{"port = 1; --": 1})
    assert find_user(line, "bob") is None
