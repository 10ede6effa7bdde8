"""Whole tables go out and in, on both engines, whatever is in them."""

from hypothesis import HealthCheck, given, settings

from db.connection import Database, Row
from db.schema import CLIENT
from db.settings import get_setting, set_setting
from db.tables import all_rows, columns_of, count_rows, delete_rows, insert_rows
from tests.db.rows import client_connection
from tests.db.tables import contents, everything, put, schema


def test_the_tables_and_columns_are_those_of_the_schema(database: Database) -> None:
    connection = client_connection(database)
    assert {table: [*columns_of(connection, table)] for table in CLIENT.tables} == {
        table: [column.name for column in columns] for table, columns in schema().items()
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=contents())
def test_what_was_put_in_comes_out(database: Database, rows: dict[str, list[Row]]) -> None:
    connection = client_connection(database)
    for table in CLIENT.tables:
        delete_rows(connection, table)
    put(connection, rows)
    assert everything(connection) == {table: sorted(some) for table, some in rows.items()}
    assert {table: count_rows(connection, table) for table in rows if table != "Setting"} == {
        table: len(some) for table, some in rows.items() if table != "Setting"
    }
    connection.close()


def test_what_is_of_the_database_itself_stays(database: Database) -> None:
    connection = client_connection(database)
    set_setting(connection, "something", "else")
    assert [*all_rows(connection, "Setting", ("name", "value"))] == [("something", "else")]
    delete_rows(connection, "Setting")
    assert get_setting(connection, "something") is None
    assert get_setting(connection, "owner") == "alice"
    assert get_setting(connection, "schema_version") == str(CLIENT.version)


def test_columns_that_are_not_named_take_their_defaults(database: Database) -> None:
    connection = client_connection(database)
    insert_rows(connection, "User", ("name", "port"), [("bob", 4711), ("carol", 4712)])
    rows = sorted(connection.query("SELECT name, port, contact, ip FROM `User`"))
    assert rows == [("bob", 4711, 0, ""), ("carol", 4712, 0, "")]
