"""MySQL and MariaDB through mysql-connector-python, its pure Python form.

The C extension brings its own OpenSSL, which on some systems does not load and on others replaces the
one that Python's ssl uses. Everything is utf8mb4 with the binary collation, since others take one
emoji for another. A line that broke is opened again for the next statement outside a transaction, but
a transaction is never resumed: it must be run again whole.
"""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import mysql.connector
from mysql.connector.constants import ClientFlag

from db.connection import Row, Value
from db.errors import Full, Refused, StorageError, Unreachable

CONNECT_TIMEOUT_S = 10
IO_TIMEOUT_S = 60
STATEMENT_BYTES = 2 * 1024 * 1024  # escaped it may double or more; the smallest default packet is 16 MiB

# Numbers, as the servers' manuals list them: the driver names only some, and none of MariaDB's own.
_UNREACHABLE = {
    1040,  # too many connections
    1053,  # server shutdown in progress
    1927,  # connection was killed (MariaDB)
    2002, 2003, 2005, 2006, 2013, 2055,  # no connection, unknown host, server gone, connection lost
}  # fmt: skip
_REFUSED = {
    1044, 1045, 1049, 1130, 1142, 1143, 1227,  # database, password, no such database, host, table, column, right
}  # fmt: skip
_FULL = {
    3, 28, 1021, 1114, 3675,  # error writing a file, errno ENOSPC, disk full, table full, disk full (MySQL 8)
}  # fmt: skip


@dataclass(frozen=True)
class MysqlDatabase:
    """A database on a server."""

    host: str
    port: int
    user: str
    password: str
    database: str

    dialect = "mysql"

    def __repr__(self) -> str:
        return f"mysql://{self.user}@{self.host}:{self.port}/{self.database}"

    def connect(self) -> "MysqlConnection":
        """A connection of one's own. A server that is not local must show a valid TLS certificate."""
        return MysqlConnection(self)

    def options(self) -> dict[str, Any]:
        """What the driver is given."""
        local = self.host in ("localhost", "127.0.0.1", "::1")
        tls: dict[str, Any] = {"ssl_disabled": True}
        if not local:
            tls = {"ssl_verify_cert": True, "ssl_verify_identity": True, "ssl_ca": _trusted_authorities()}
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "use_pure": True,
            "autocommit": True,
            "charset": "utf8mb4",
            "collation": "utf8mb4_bin",
            "connection_timeout": CONNECT_TIMEOUT_S,
            "read_timeout": IO_TIMEOUT_S,
            "write_timeout": IO_TIMEOUT_S,
            "client_flags": [ClientFlag.FOUND_ROWS],  # an UPDATE that changes nothing still matched
            **tls,
        }


def _trusted_authorities() -> str:
    return ssl.get_default_verify_paths().cafile or ""


class MysqlConnection:
    """A connection to a server."""

    insert_ignore = "INSERT IGNORE"

    def __init__(self, database: MysqlDatabase) -> None:
        self._database = database
        self._in_transaction = False
        self._driver: Any = None
        self._connect()

    def _connect(self) -> None:
        with self._errors():
            self._driver = mysql.connector.connect(**self._database.options())

    def query(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a SELECT."""
        return self._run(sql, params)[1]

    def execute(self, sql: str, params: Sequence[Value] = ()) -> int:
        """Run a statement; how many rows it matched."""
        return self._run(sql, params)[0]

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run an INSERT for many rows, in statements that fit the server's packet."""
        with self._errors(), self._driver.cursor() as cursor:
            for chunk in _chunks(rows):
                cursor.executemany(sql.replace("?", "%s"), chunk)

    def execute_script(self, script: str) -> None:
        """Run several statements."""
        with self._errors(), self._driver.cursor() as cursor:
            cursor.execute(script, map_results=True)
            for _ in cursor.fetchsets():
                pass

    def begin(self) -> None:
        """Start a transaction."""
        self.execute("START TRANSACTION")
        self._in_transaction = True

    def commit(self) -> None:
        """Make it durable, as far as the server is set to."""
        self.execute("COMMIT")
        self._in_transaction = False

    def rollback(self) -> None:
        """Undo it; where the line broke, the server has."""
        with suppress(StorageError):
            self.execute("ROLLBACK")
        self._in_transaction = False

    def close(self) -> None:
        """Give everything back."""
        with suppress(mysql.connector.Error):
            self._driver.close()

    def _run(self, sql: str, params: Sequence[Value]) -> tuple[int, list[Row]]:
        try:
            return self._run_once(sql, params)
        except Unreachable:
            if self._in_transaction:
                raise
            self.close()
            self._connect()
            return self._run_once(sql, params)

    def _run_once(self, sql: str, params: Sequence[Value]) -> tuple[int, list[Row]]:
        with self._errors(), self._driver.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), params)
            rows: list[Row] = cursor.fetchall() if cursor.with_rows else []
            return cursor.rowcount, rows

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except mysql.connector.Error as error:
            raise _translated(error, self._database) from error
        except OSError as error:
            raise Unreachable(f"The line to {self._database!r} broke: {error}.") from error


def _chunks(rows: Sequence[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    chunk: list[Sequence[Value]] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if size >= STATEMENT_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _translated(error: mysql.connector.Error, database: MysqlDatabase) -> StorageError:
    message = error.msg or str(error)
    if error.errno in _UNREACHABLE or isinstance(error, mysql.connector.InterfaceError):
        return Unreachable(f"The database server of {database!r} does not answer: {message}.")
    if error.errno in _REFUSED:
        return Refused(f"The database server does not let us use {database!r}: {message}.")
    if error.errno in _FULL:
        return Full(f"The database server of {database!r} has no room left; nothing was stored: {message}.")
    return StorageError(f"The database {database!r} failed: {message}.")
