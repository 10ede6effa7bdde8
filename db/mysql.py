"""MySQL and MariaDB through mysql-connector-python, its pure Python form.

The C extension brings its own OpenSSL, which on some systems does not load and on others replaces the
one that Python's ssl uses. Everything is utf8mb4 with the binary collation, since others take one
emoji for another. A line that broke is opened again for the next statement outside a transaction, but
a transaction is never resumed: it must be run again whole.

A server at LOCAL_HOSTS is this machine: TLS is used if it offers it (MySQL's default accounts need
that), without a look at the certificate. Any other address, of this machine or not, must prove by TLS
who it is, before the password or a word of the history goes there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

import mysql.connector
from mysql.connector.constants import ClientFlag

from db.connection import Row, Value
from db.errors import InUse, StorageError, Unreachable
from db.mysql_errors import translated

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
CONNECT_TIMEOUT_S = 10
IO_TIMEOUT_S = 60
LONGEST_IDLE_S = 31_536_000  # the most that both servers take
LOCK_WAIT_S = 1  # for a connection to end whose process has just been killed
SQL_MODE = "STRICT_ALL_TABLES"  # what does not fit is an error, never cut; a backslash escapes, as the driver has it
STREAM_ROWS = 64
STATEMENT_CHARS = 128 * 1024  # up to four times as many bytes: no server ships with less than 1 MiB a packet

T = TypeVar("T")


@dataclass(frozen=True)
class MysqlDatabase:
    """A database on a server. `ssl_ca` is a file of certificates to trust besides the system's."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    ssl_ca: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mysql://{self.user}@{host}:{self.port}/{self.database}"

    def connect(self) -> "MysqlConnection":
        """A connection of one's own."""
        return MysqlConnection(self)

    def claim(self) -> "MysqlConnection":
        """A connection that holds the server's lock on this database. InUse if another one does."""
        return MysqlConnection(self, lock=f"p2pchat {sha256(self.database.encode()).hexdigest()[:32]}")

    def options(self) -> dict[str, Any]:
        """What the driver is given."""
        tls: dict[str, Any] = {}
        if self.ssl_ca or self.host not in LOCAL_HOSTS:
            tls = {"ssl_verify_cert": True, "ssl_verify_identity": True, "ssl_ca": self.ssl_ca}
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
            "sql_mode": SQL_MODE,
            "connection_timeout": CONNECT_TIMEOUT_S,
            "read_timeout": IO_TIMEOUT_S,
            "write_timeout": IO_TIMEOUT_S,
            "client_flags": [ClientFlag.FOUND_ROWS],  # an UPDATE that changes nothing still matched
            **tls,
        }


class MysqlConnection:
    """A connection to a server, with one cursor: the driver asks for a sign of life before it makes another."""

    dialect = "mysql"
    insert_ignore = "INSERT IGNORE"

    def __init__(self, database: MysqlDatabase, *, lock: str = "") -> None:
        self._database = database
        self._lock = lock
        self._lock_holder = 0  # the server's number of our connection that took it
        self._in_transaction = False
        self._driver: Any = None
        self._cursor: Any = None
        self._connect()

    def __str__(self) -> str:
        return str(self._database)

    def query(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a SELECT."""

        def fetch(cursor: Any) -> list[Row]:  # noqa: ANN401 - the driver has no types
            cursor.execute(sql.replace("?", "%s"), params)
            rows: list[Row] = cursor.fetchall()
            return rows

        return self._run(fetch)

    def stream(self, sql: str, params: Sequence[Value] = ()) -> Iterator[Row]:
        """The rows of a SELECT, a few at a time. A line that breaks in the middle of them is not opened again."""

        def start(cursor: Any) -> None:  # noqa: ANN401
            cursor.execute(sql.replace("?", "%s"), params)

        def fetch(cursor: Any) -> list[Row]:  # noqa: ANN401
            rows: list[Row] = cursor.fetchmany(STREAM_ROWS)
            return rows

        self._run(start)
        while rows := self._attempt(fetch):
            yield from rows

    def execute(self, sql: str, params: Sequence[Value] = ()) -> int:
        """Run a statement; how many rows it matched."""

        def execute(cursor: Any) -> int:  # noqa: ANN401
            cursor.execute(sql.replace("?", "%s"), params)
            return int(cursor.rowcount)

        return self._run(execute)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run an INSERT for many rows, in statements that fit the server's packet."""

        def insert(cursor: Any) -> None:  # noqa: ANN401
            for chunk in _chunks(rows):
                cursor.executemany(sql.replace("?", "%s"), chunk)

        self._run(insert)

    def execute_script(self, script: str) -> None:
        """Run several statements."""

        def execute(cursor: Any) -> None:  # noqa: ANN401
            cursor.execute(script, map_results=True)
            for _ in cursor.fetchsets():
                pass

        self._run(execute)

    def begin(self) -> None:
        """Start a transaction."""
        self.execute("START TRANSACTION")
        self._in_transaction = True

    def begin_snapshot(self) -> None:
        """Start a transaction that only reads, whatever the server's isolation level is."""
        self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self.execute("START TRANSACTION READ ONLY")
        self._in_transaction = True

    def commit(self) -> None:
        """Make it durable, as far as the server is set to: see warnings."""
        self.execute("COMMIT")
        self._in_transaction = False

    def rollback(self) -> None:
        """Undo it; where the line broke, the server has."""
        with suppress(StorageError):
            self.execute("ROLLBACK")
        self._in_transaction = False

    def warnings(self) -> list[str]:
        """Whether the server answers before what it stores is on its disk."""
        flush, log, sync = self.query("SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog")[0]
        loose = {"innodb_flush_log_at_trx_commit": flush, "sync_binlog": sync if log else 1}
        found = [f"{setting} is {value}" for setting, value in loose.items() if value != 1]
        if not found:
            return []
        return [
            f"The database server of {self._database} confirms before what it stores is on its disk: "
            f"{' and '.join(found)}. Have it set to 1, or after a power failure there messages may be missing."
        ]

    def close(self) -> None:
        """Give everything back."""
        with suppress(mysql.connector.Error, OSError):
            self._driver.close()

    def _connect(self) -> None:
        with self._errors():
            self._driver = mysql.connector.connect(**self._database.options())
            self._cursor = self._driver.cursor()
        if self._lock:
            try:
                self._attempt(self._take_lock)
            except BaseException:
                self.close()
                raise

    def _take_lock(self, cursor: Any) -> None:  # noqa: ANN401
        """Have the lock as long as this connection lasts, however idle it is.

        After a break the server may not know yet that our former connection, which holds it, has ended.
        """

        def ask(sql: str, *params: Value) -> int:
            cursor.execute(sql, params)
            return int(cursor.fetchall()[0][0] or 0)

        cursor.execute(f"SET SESSION wait_timeout = {LONGEST_IDLE_S}")
        if not ask("SELECT GET_LOCK(%s, %s)", self._lock, LOCK_WAIT_S):
            holder = ask("SELECT IS_USED_LOCK(%s)", self._lock)
            if holder and holder == self._lock_holder:
                with suppress(mysql.connector.Error):  # it has ended just now
                    cursor.execute(f"KILL {holder}")
                holder = 0
            if holder or not ask("SELECT GET_LOCK(%s, %s)", self._lock, LOCK_WAIT_S):
                raise InUse(f"The database {self._database} is in use by another client: quit that one first.")
        self._lock_holder = ask("SELECT CONNECTION_ID()")

    def _run(self, action: Callable[[Any], T]) -> T:
        """Have `action` use the cursor; once more after a break, but not within a transaction."""
        try:
            return self._attempt(action)
        except Unreachable:
            if self._in_transaction:
                raise
            self._connect()
            return self._attempt(action)

    def _attempt(self, action: Callable[[Any], T]) -> T:
        try:
            with self._errors():
                return action(self._cursor)
        except Unreachable:
            self.close()  # what comes over this line yet would be taken for the answer to something else
            raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (mysql.connector.Error, OSError) as error:
            raise translated(error, str(self._database)) from error


def _chunks(rows: Sequence[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    chunk: list[Sequence[Value]] = []
    size = 0
    for row in rows:
        length = sum(len(value) for value in row if isinstance(value, str | bytes))
        if chunk and size + length > STATEMENT_CHARS:
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += length
    if chunk:
        yield chunk
