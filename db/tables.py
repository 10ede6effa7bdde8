"""Whole tables, row by row: what a backup takes out of one database and puts into another, of either engine."""

from collections.abc import Iterator, Sequence

from db.connection import Connection, Row, Value

SETTING = "Setting"
OF_THE_DATABASE = ("schema_version", "owner")  # settings that belong to the database, not to what is in it

_COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info(?) ORDER BY cid",
    "mysql": "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position",
}


def columns_of(connection: Connection, table: str) -> tuple[str, ...]:
    """The names of its columns, in order."""
    return tuple(str(name) for (name,) in connection.query(_COLUMNS[connection.dialect], (table,)))


def count_rows(connection: Connection, table: str) -> int:
    """How many rows there are."""
    return int(connection.query(f"SELECT COUNT(*) FROM `{table}`")[0][0])


def all_rows(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[Row]:
    """All that is in a table, a few rows at a time; of Setting, what is not of the database itself."""
    where, values = _apart_from_the_database(table)
    return connection.stream(f"SELECT {_listed(columns)} FROM `{table}`{where}", values)


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """Put rows into a table; columns that are not named take their defaults."""
    marks = ", ".join("?" * len(columns))
    connection.execute_many(f"INSERT INTO `{table}` ({_listed(columns)}) VALUES ({marks})", rows)


def delete_rows(connection: Connection, table: str) -> None:
    """Empty a table; of Setting, what is not of the database itself."""
    where, values = _apart_from_the_database(table)
    connection.execute(f"DELETE FROM `{table}`{where}", values)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _apart_from_the_database(table: str) -> tuple[str, Sequence[Value]]:
    return (" WHERE name NOT IN (?, ?)", OF_THE_DATABASE) if table == SETTING else ("", ())
