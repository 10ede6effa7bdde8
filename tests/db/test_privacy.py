"""Privacy: what goes for everybody until it is changed, and who is still to be told."""

import pytest

from db.connection import Connection, Database
from db.messages import insert_sent
from db.privacy import PrivacyRow, all_privacy, find_privacy, names_to_tell, note_wishes, put_privacy
from db.users import update_user
from tests.db.rows import client_connection, sender_row


@pytest.fixture
def connection(database: Database) -> Connection:
    return client_connection(database)


def test_of_whom_nothing_is_known(connection: Connection) -> None:
    assert find_privacy(connection, "bob") == PrivacyRow("bob", 1, 1, "")
    assert all_privacy(connection) == []


def test_stored_and_stored_anew(connection: Connection) -> None:
    put_privacy(connection, PrivacyRow("bob", 0, 1, "Bobby"))
    put_privacy(connection, PrivacyRow("bob", 1, 0, "Bobby,Böbli"))
    assert find_privacy(connection, "bob") == PrivacyRow("bob", 1, 0, "Bobby,Böbli")
    assert all_privacy(connection) == [PrivacyRow("bob", 1, 0, "Bobby,Böbli")]


def test_told_are_contacts_and_whoever_was_written_to(connection: Connection) -> None:
    update_user(connection, "bob", contact=1)
    update_user(connection, "carol")
    update_user(connection, "dave")
    update_user(connection, "eve", contact=1, blocked=1)
    insert_sent(connection, [sender_row(1, "dave")])
    assert names_to_tell(connection, exportable=True) == []
    assert names_to_tell(connection, exportable=False) == ["bob", "dave"]
    note_wishes(connection, "bob", exportable=True, told=False)
    assert names_to_tell(connection, exportable=False) == ["dave"]
    assert names_to_tell(connection, exportable=True) == ["bob"]


def test_wishes_leave_the_nicknames(connection: Connection) -> None:
    put_privacy(connection, PrivacyRow("bob", nicknames="Bobby"))
    note_wishes(connection, "bob", exportable=False, told=True)
    assert find_privacy(connection, "bob") == PrivacyRow("bob", 0, 1, "Bobby")
