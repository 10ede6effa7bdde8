"""A person's database that is in memory: for rules that are not the engine's."""

from db.schema import CLIENT
from db.sqlite import SqliteConnection


def in_memory(name: str = "alice") -> SqliteConnection:
    connection = SqliteConnection(":memory:", b"")
    CLIENT.apply(connection, name)
    return connection
