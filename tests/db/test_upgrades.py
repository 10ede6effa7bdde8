"""Numbered upgrades, with versions made up for it: upgraded equals fresh, rows stay, a broken step is run again."""

import re
from pathlib import Path

import pytest

from db.connection import Connection, Database
from db.errors import StorageError
from db.messages import insert_received
from db.mysql import MysqlDatabase
from db.schema import CLIENT, REGISTRY, Schema
from db.settings import get_setting, set_setting
from tests.db.rows import receiver_row
from tests.db.test_schema import mysql_shape

COLUMN = {
    "sqlite": "ALTER TABLE Receiver ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';",
    "mysql": """
        SET @missing = NOT EXISTS (SELECT 1 FROM information_schema.columns
          WHERE table_schema = DATABASE() AND table_name = 'Receiver' AND column_name = 'mood');
        SET @change = IF(@missing,
          'ALTER TABLE Receiver ADD COLUMN mood VARCHAR(16) NOT NULL DEFAULT ''calm'' COMMENT ''how''', 'DO 0');
        PREPARE step FROM @change; EXECUTE step; DEALLOCATE PREPARE step;
    """,
}
TABLE = {
    "sqlite": "CREATE TABLE IF NOT EXISTS Mood (name TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;",
    "mysql": "CREATE TABLE IF NOT EXISTS Mood (name VARCHAR(40) NOT NULL COMMENT 'which', PRIMARY KEY (name))"
    " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='moods; with a semicolon';",
}
ROWS = {"sqlite": "INSERT OR IGNORE INTO Mood VALUES ('calm');", "mysql": "INSERT IGNORE INTO Mood VALUES ('calm');"}

FIRST, SECOND = CLIENT.version + 1, CLIENT.version + 2


@pytest.fixture
def newer(tmp_path: Path) -> Schema:
    """Two versions from now: the first step adds a column, the second a table with a row."""
    files = {}
    for dialect, file in CLIENT.files.items():
        receiver = r"(CREATE TABLE IF NOT EXISTS `?Receiver`? \(.*?room [^\n]*?)(,?)\n"
        fresh = re.sub(receiver, rf"\1,\n  {column_of(dialect)}\2\n", file.read_text(), count=1, flags=re.DOTALL)
        files[dialect] = tmp_path / f"{dialect}.sql"
        files[dialect].write_text(fresh + TABLE[dialect] + ROWS[dialect])
        folder = tmp_path / "upgrades" / dialect
        folder.mkdir(parents=True)
        (folder / f"{FIRST:04}.sql").write_text(COLUMN[dialect])
        (folder / f"{SECOND:04}.sql").write_text(TABLE[dialect] + ROWS[dialect])
    return Schema(SECOND, files, tmp_path / "upgrades")


def column_of(dialect: str) -> str:
    found = re.search(r"(mood [^;]*?'+calm'+(?: COMMENT ''how'')?)", COLUMN[dialect])
    assert found
    return found[1].replace("''", "'")


def shape(connection: Connection) -> object:
    """Tables, columns, keys and indexes as the engine has them."""
    if connection.dialect == "mysql":
        return mysql_shape(connection)
    columns = connection.query(
        "SELECT m.name, c.name, c.type, c.'notnull', c.dflt_value, c.pk"
        " FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' ORDER BY m.name, c.cid"
    )
    indexes = connection.query("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
    return columns, indexes


def old_database(database: Database) -> Connection:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    insert_received(connection, [receiver_row(1, message="old")])
    return connection


def fresh_shape(newer: Schema, connection: Connection) -> object:
    """Of a database of the newer version; the connection's own is left without tables."""
    upgraded = shape(connection)
    tables = (
        "sqlite_master WHERE type = 'table'"
        if connection.dialect == "sqlite"
        else ("information_schema.tables WHERE table_schema = DATABASE()")
    )
    column = "name" if connection.dialect == "sqlite" else "table_name"
    for (table,) in connection.query(f"SELECT {column} FROM {tables}"):
        connection.execute(f"DROP TABLE `{table}`")
    newer.apply(connection, "alice")
    assert upgraded != []
    return shape(connection)


def test_upgraded_equals_fresh_and_rows_stay(database: Database, newer: Schema) -> None:
    connection = old_database(database)
    newer.apply(connection, "alice")
    assert connection.query("SELECT message, mood FROM Receiver") == [("old", "calm")]
    assert connection.query("SELECT name FROM Mood") == [("calm",)]
    assert get_setting(connection, "schema_version") == str(SECOND)
    upgraded = shape(connection)
    assert upgraded == fresh_shape(newer, connection)


def test_the_made_up_version_differs(database: Database, newer: Schema) -> None:
    connection = old_database(database)
    assert shape(connection) != fresh_shape(newer, connection)


def test_applying_again_changes_nothing(database: Database, newer: Schema) -> None:
    connection = old_database(database)
    newer.apply(connection, "alice")
    upgraded = shape(connection)
    newer.apply(connection, "alice")
    assert shape(connection) == upgraded


def test_a_step_that_broke_is_run_again(database: Database, newer: Schema) -> None:
    connection = old_database(database)
    step = newer.upgrades / connection.dialect / f"{FIRST:04}.sql"
    right = step.read_text()
    step.write_text(f"{right}\nINSERT INTO Nowhere VALUES (1);")
    with pytest.raises(StorageError):
        newer.apply(connection, "alice")
    assert get_setting(connection, "schema_version") == str(CLIENT.version)
    step.write_text(right)
    newer.apply(database.connect(), "alice")
    connection = database.connect()
    assert get_setting(connection, "schema_version") == str(SECOND)
    assert shape(connection) == fresh_shape(newer, connection)


@pytest.mark.mysql
def test_a_step_whose_end_was_lost_is_run_again(mysql: MysqlDatabase, newer: Schema) -> None:
    connection = old_database(mysql)
    newer.apply(connection, "alice")
    set_setting(connection, "schema_version", str(CLIENT.version))
    newer.apply(connection, "alice")
    assert get_setting(connection, "schema_version") == str(SECOND)
    assert connection.query("SELECT message, mood FROM Receiver") == [("old", "calm")]


def test_a_step_that_is_not_there_is_noticed(database: Database, newer: Schema) -> None:
    connection = old_database(database)
    (newer.upgrades / connection.dialect / f"{FIRST:04}.sql").unlink()
    with pytest.raises(FileNotFoundError):
        newer.apply(connection, "alice")
    assert get_setting(connection, "schema_version") == str(CLIENT.version)


# The upgrades that there are


def without_rooms(connection: Connection) -> None:
    """Make a database of version 1 of one of today."""
    for table in ("Sender", "Receiver"):
        index = f"{table.lower()}_room"
        connection.execute(f"DROP INDEX {index}" + (f" ON {table}" if connection.dialect == "mysql" else ""))
        connection.execute(f"ALTER TABLE {table} DROP COLUMN room")
    for table in ("Room", "Member", "Privacy"):
        connection.execute(f"DROP TABLE {table}")
    set_setting(connection, "schema_version", "1")


def test_a_database_from_before_rooms(database: Database) -> None:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    fresh = shape(connection)
    insert_received(connection, [receiver_row(1)])
    without_rooms(connection)
    assert shape(connection) != fresh
    CLIENT.apply(connection, "alice")
    assert shape(connection) == fresh
    assert connection.query("SELECT message, room FROM Receiver") == [("message 1", "")]


def test_a_database_from_before_wishes_about_exports(database: Database) -> None:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    fresh = shape(connection)
    connection.execute("DROP TABLE Privacy")
    set_setting(connection, "schema_version", "2")
    assert shape(connection) != fresh
    CLIENT.apply(connection, "alice")
    assert shape(connection) == fresh


def test_a_registry_from_before_rooms(database: Database) -> None:
    connection = database.connect()
    REGISTRY.apply(connection, "a registry")
    fresh = shape(connection)
    for table in ("Room", "Member"):
        connection.execute(f"DROP TABLE {table}")
    set_setting(connection, "schema_version", "1")
    REGISTRY.apply(connection, "a registry")
    assert shape(connection) == fresh
