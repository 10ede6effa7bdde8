"""Reading: the database's errors become those that the rest of the core knows."""

import pytest

from chat.core.reading import reading
from chat.errors import StorageFailure, UserError
from db.connection import Database
from db.pool import Pool


def test_a_connection_to_read_on(database: Database) -> None:
    with reading(Pool(database)) as connection:
        assert connection.query("SELECT 1") == [(1,)]


def test_a_storage_error_comes_out_with_its_words(database: Database) -> None:
    def fail() -> None:
        with reading(Pool(database)) as connection:
            connection.query("SELECT absent FROM nowhere")

    with pytest.raises(StorageFailure, match="nowhere") as raised:
        fail()
    assert str(raised.value) == str(raised.value.__cause__)


def test_other_errors_pass(database: Database) -> None:
    def fail() -> None:
        with reading(Pool(database)):
            raise UserError("No.")

    with pytest.raises(UserError):
        fail()
