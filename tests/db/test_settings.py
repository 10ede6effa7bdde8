"""Setting: name and value."""

import pytest

from db.connection import Connection, Database
from db.settings import get_setting, set_setting
from tests.db.rows import client_connection


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def test_a_value_is_the_last_one_set(line: Connection) -> None:
    assert get_setting(line, "colour") is None
    for value in ("green", "green", "", "Größe 😀 '\\%s?"):
        set_setting(line, "colour", value)
        assert get_setting(line, "colour") == value
    assert get_setting(line, "Colour") is None
