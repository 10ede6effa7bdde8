"""A transaction is all or nothing, on both engines."""

import pytest

from db.connection import Connection, Database, transaction
from db.errors import StorageError
from db.settings import get_setting, set_setting
from tests.db.rows import client_connection


@pytest.fixture
def line(database: Database) -> Connection:
    return client_connection(database)


def test_all_of_it_is_there_for_others_at_the_end(line: Connection, database: Database) -> None:
    other = database.connect()
    with transaction(line) as tx:
        set_setting(tx, "one", "1")
        set_setting(tx, "two", "2")
        assert (get_setting(tx, "one"), get_setting(other, "one")) == ("1", None)
    assert (get_setting(other, "one"), get_setting(other, "two")) == ("1", "2")


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, StorageError])
def test_nothing_of_it_after_a_fault(line: Connection, fault: type[BaseException]) -> None:
    def fail() -> None:
        with transaction(line) as tx:
            set_setting(tx, "one", "1")
            raise fault

    with pytest.raises(fault):
        fail()
    assert get_setting(line, "one") is None
    with transaction(line) as tx:  # and the next one begins as if nothing had been
        set_setting(tx, "two", "2")
    assert get_setting(line, "two") == "2"


def test_a_statement_that_failed_leaves_the_others_to_the_caller(line: Connection) -> None:
    line.begin()
    set_setting(line, "one", "1")
    with pytest.raises(StorageError):
        line.execute("INSERT INTO Setting (name, value) VALUES (?, ?)", ("one", "again"))
    line.rollback()
    assert get_setting(line, "one") is None


def test_rolling_back_nothing_is_no_error(line: Connection) -> None:
    line.rollback()
    set_setting(line, "one", "1")
    line.rollback()
    assert get_setting(line, "one") == "1"


def test_how_many_rows_a_statement_matched(line: Connection) -> None:
    for name in ("one", "two"):
        set_setting(line, name, "1")
    update = "UPDATE Setting SET value = ? WHERE name IN ('one', 'two', 'three')"
    assert [line.execute(update, (value,)) for value in ("2", "2")] == [2, 2]
    assert line.execute("DELETE FROM Setting WHERE name = ?", ("three",)) == 0
    assert line.execute(f"{line.insert_ignore} INTO Setting (name, value) VALUES ('one', '')") == 0


def test_closing_twice_is_no_error(line: Connection) -> None:
    line.close()
    line.close()


def test_a_stream_has_all_rows_and_leaves_the_line_ready(line: Connection) -> None:
    numbers = [f"n{number:04}" for number in range(1000)]
    line.execute_many("INSERT INTO Setting (name, value) VALUES (?, ?)", [(name, "1") for name in numbers])
    streamed = line.stream("SELECT name FROM Setting WHERE name > ? ORDER BY name", ("n0499",))
    assert next(streamed) == ("n0500",)
    assert [name for (name,) in streamed][:499] == numbers[501:]
    assert get_setting(line, "n0001") == "1"


def test_a_snapshot_does_not_see_what_others_write_and_holds_up_nobody(line: Connection, database: Database) -> None:
    other = database.connect()
    set_setting(line, "one", "before")
    other.begin_snapshot()
    assert get_setting(other, "one") == "before"
    with transaction(line) as tx:
        set_setting(tx, "one", "after")
    assert get_setting(other, "one") == "before"
    other.rollback()
    assert get_setting(other, "one") == "after"
