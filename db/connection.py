"""What the two engines have in common: a thin layer over their DB-API drivers.

SQL is written once, for both, with '?' for parameters. A connection belongs to one thread.
Outside a transaction every statement commits by itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

Value = str | bytes | int | float | None
Row = tuple[Any, ...]


class Connection(Protocol):
    """One connection, owned by one thread at a time. Every method may raise StorageError.

    As a string it is what a person would call the database.
    """

    dialect: str  # "sqlite" or "mysql"
    insert_ignore: str  # the engine's words for: leave a row that is there as it is

    def query(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a SELECT."""

    def stream(self, sql: str, params: Sequence[Value] = ()) -> Iterator[Row]:
        """The rows of a SELECT, however many: a few at a time. Until its end nothing else may be asked."""

    def execute(self, sql: str, params: Sequence[Value] = ()) -> int:
        """Run a statement; how many rows it matched."""

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run an INSERT for many rows."""

    def execute_script(self, script: str) -> None:
        """Run several statements."""

    def begin(self) -> None:
        """Start a transaction that may write."""

    def begin_snapshot(self) -> None:
        """Start a transaction that only reads, and sees all as it was at its first query. `rollback` ends it."""

    def commit(self) -> None:
        """Make it durable: on return it is on the disk."""

    def rollback(self) -> None:
        """Undo it. Never raises: a line that broke has undone it already."""

    def warnings(self) -> list[str]:
        """What about the server's settings endangers what is stored, a sentence each."""

    def close(self) -> None:
        """Give everything back."""


class Database(Protocol):
    """Where a database is and how it is opened."""

    def connect(self) -> Connection:
        """A new connection for the calling thread."""

    def claim(self) -> Connection:
        """The connection of the one process that may write. InUse if another one has it."""


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All or nothing."""
    connection.begin()
    try:
        yield connection
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
