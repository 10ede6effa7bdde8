"""The two schema files of each program: loadable alone, of one shape, and applied with care."""

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.connection import Connection, Database
from db.errors import NewerSchema, NotOurs
from db.mysql import MysqlDatabase
from db.schema import CLIENT, REGISTRY, Schema
from db.settings import get_setting, set_setting
from tests.mariadb import MariaDb

SCHEMAS = {"client": CLIENT, "registry": REGISTRY}
DOCUMENTED = {
    "User": ("name", "ip", "port"),
    "Sender": ("ip", "port", "name", "message", "status", "time"),
    "Receiver": ("ip", "port", "name", "message", "time"),
}
KINDS = {
    "varchar": "text", "text": "text", "mediumtext": "text", "TEXT": "text",
    "double": "real", "REAL": "real",
    "int": "integer", "bigint": "integer", "tinyint": "integer", "INTEGER": "integer",
    "binary": "bytes", "varbinary": "bytes", "mediumblob": "bytes", "BLOB": "bytes",
}  # fmt: skip


class Column(NamedTuple):
    name: str
    kind: str
    nullable: bool
    default: str | None


class Index(NamedTuple):
    name: str
    unique: bool
    columns: tuple[str, ...]


class Table(NamedTuple):
    columns: list[Column]
    key: tuple[str, ...]
    indexes: set[Index]


Shape = dict[str, Table]


def mysql_shape(connection: Connection) -> Shape:
    here = "table_schema = DATABASE()"
    shape: Shape = {}
    for table, name, kind, nullable, default in connection.query(
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        f" WHERE {here} ORDER BY table_name, ordinal_position"
    ):
        stated = None if default == "NULL" else default  # as MariaDB says it
        column = Column(name, KINDS[kind], nullable == "YES", stated and stated.strip("'"))
        shape.setdefault(table, Table([], (), set())).columns.append(column)
    for table, index, differ, columns in connection.query(
        "SELECT table_name, index_name, MAX(non_unique), GROUP_CONCAT(column_name ORDER BY seq_in_index)"
        f" FROM information_schema.statistics WHERE {here} GROUP BY table_name, index_name"
    ):
        if index == "PRIMARY":
            shape[table] = shape[table]._replace(key=tuple(columns.split(",")))
        else:
            shape[table].indexes.add(Index(index, not differ, tuple(columns.split(","))))
    return shape


def embedded_shape(script: Path) -> Shape:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script.read_text())

    def rows(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    shape: Shape = {}
    for (table,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        about = rows(f"PRAGMA table_info({table})")
        columns = [
            Column(name, KINDS[kind], not not_null, default and default.strip("x'"))
            for _, name, kind, not_null, default, _ in about
        ]
        key = tuple(row[1] for row in sorted(about, key=lambda row: row[5]) if row[5])
        indexes = {
            Index(index, bool(unique), tuple(name for *_, name in rows(f"PRAGMA index_info({index})")))
            for _, index, unique, origin, _ in rows(f"PRAGMA index_list({table})")
            if origin == "c"
        }
        shape[table] = Table(columns, key, indexes)
    return shape


@pytest.mark.mysql
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_loads_with_the_client_program_alone(schema: Schema, mariadb: MariaDb, mysql: MysqlDatabase) -> None:
    for _ in range(2):  # twice is harmless
        loaded = mariadb.load(mysql.database, schema.files["mysql"])
        assert (loaded.returncode, loaded.stderr) == (0, "")
    by_hand = mysql_shape(mysql.connect())
    schema.apply(mysql.connect(), "alice")
    assert mysql_shape(mysql.connect()) == by_hand


@pytest.mark.mysql
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_both_engines_have_the_same_tables(schema: Schema, mysql: MysqlDatabase) -> None:
    connection = mysql.connect()
    schema.apply(connection, "alice")
    assert mysql_shape(connection) == embedded_shape(schema.files["sqlite"])


@pytest.mark.mysql
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_table_and_column_is_explained(schema: Schema, mysql: MysqlDatabase) -> None:
    connection = mysql.connect()
    schema.apply(connection, "alice")
    columns = connection.query(
        "SELECT table_name, column_name, column_comment FROM information_schema.columns WHERE table_schema = DATABASE()"
    )
    tables = connection.query(
        "SELECT table_name, '', table_comment FROM information_schema.tables WHERE table_schema = DATABASE()"
    )
    assert len(columns) > len(tables) > 1
    assert [(table, column) for table, column, comment in (*tables, *columns) if not comment] == []


@pytest.mark.mysql
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_no_text_is_compared_loosely(schema: Schema, mysql: MysqlDatabase) -> None:
    connection = mysql.connect()
    schema.apply(connection, "alice")
    collations = connection.query(
        "SELECT DISTINCT collation_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND collation_name IS NOT NULL"
    )
    assert collations == [("utf8mb4_bin",)]


def test_documented_columns_have_their_names(database: Database) -> None:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    for table, columns in DOCUMENTED.items():
        assert connection.query(f"SELECT {', '.join(columns)} FROM {table}") == []


def test_applying_twice_is_harmless(database: Database) -> None:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    set_setting(connection, "what is there", "stays")
    CLIENT.apply(connection, "alice")
    assert get_setting(connection, "what is there") == "stays"
    assert get_setting(connection, "schema_version") == str(CLIENT.version)


def test_a_half_made_schema_is_finished(database: Database) -> None:
    connection = database.connect()
    script = CLIENT.files[connection.dialect].read_text()
    connection.execute_script(script[: script.index("CREATE TABLE", script.index("CREATE TABLE") + 1)])
    CLIENT.apply(connection, "alice")
    assert connection.query("SELECT * FROM Sender") == []


def test_a_newer_version_is_left_alone(database: Database) -> None:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    set_setting(connection, "schema_version", "99")
    with pytest.raises(NewerSchema, match=r"version 99, this program knows \d+: update the program\.$"):
        CLIENT.apply(connection, "alice")
    assert get_setting(connection, "schema_version") == "99"


@pytest.mark.parametrize(("schema", "owner"), [(CLIENT, "bob"), (REGISTRY, "a registry")], ids=SCHEMAS)
def test_a_database_of_somebody_else_is_left_alone(database: Database, schema: Schema, owner: str) -> None:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    with pytest.raises(NotOurs, match=rf"is that of alice, not of {owner}: name another with --db\.$"):
        schema.apply(connection, owner)
    assert get_setting(connection, "owner") == "alice"
