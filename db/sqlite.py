"""The embedded engine: one encrypted file (SQLCipher), or a plain one where there is no key.

WAL with synchronous=FULL: with NORMAL a commit returns before anything is on the disk. The key is the
raw one, since deriving it from a passphrase costs half a second for every connection.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from db.connection import Row, Value
from db.errors import Full, StorageError, WrongKey

BUSY_TIMEOUT_S = 30.0
PRIVATE_FILE = 0o600


class SqliteDatabase:
    """A database in a file."""

    def __init__(self, path: Path, key: bytes = b"") -> None:
        self._path = path
        self._key = key

    def __str__(self) -> str:
        return str(self._path)

    def connect(self) -> "SqliteConnection":
        """Open the file, made if there is none, readable by its owner alone."""
        try:
            self._make_private()
        except OSError as error:
            raise StorageError(f"The database {self._path} cannot be opened: {error.strerror}.") from None
        return SqliteConnection(str(self._path), self._key)

    def claim(self) -> "SqliteConnection":
        """The same: the lock on the folder that the file is in keeps other processes out."""
        return self.connect()

    def _make_private(self) -> None:
        """Have the file there, its owner's alone whatever the umask; -wal and -shm follow it.

        One that is there is never opened here: closing it would end the locks of all our connections to it.
        """
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
        if stat.S_IMODE(self._path.stat().st_mode) != PRIVATE_FILE:
            self._path.chmod(PRIVATE_FILE)


class SqliteConnection:
    """A connection to a file."""

    dialect = "sqlite"
    insert_ignore = "INSERT OR IGNORE"

    def __init__(self, path: str, key: bytes) -> None:
        self._path = path
        with self._errors():
            self._driver = sqlite.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        try:
            with self._errors():
                self._open(key)
        except BaseException:
            self._driver.close()
            raise

    def __str__(self) -> str:
        return self._path

    def _open(self, key: bytes) -> None:
        if key:
            self._driver.execute("PRAGMA cipher_log_level = NONE")  # a wrong key is our sentence to say
            self._driver.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        self._driver.execute("PRAGMA journal_mode = WAL")
        self._driver.execute("PRAGMA synchronous = FULL")
        self._driver.execute("PRAGMA foreign_keys = ON")
        self._driver.execute("PRAGMA temp_store = MEMORY")  # nothing of the text in a temporary file

    def query(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a SELECT."""
        with self._errors():
            rows: list[Row] = self._driver.execute(sql, params).fetchall()
            return rows

    def stream(self, sql: str, params: Sequence[Value] = ()) -> Iterator[Row]:
        """The rows of a SELECT, a few at a time."""
        with self._errors():
            yield from self._driver.execute(sql, params)

    def execute(self, sql: str, params: Sequence[Value] = ()) -> int:
        """Run a statement; how many rows it matched."""
        with self._errors():
            return int(self._driver.execute(sql, params).rowcount)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run an INSERT for many rows."""
        with self._errors():
            self._driver.executemany(sql, rows)

    def execute_script(self, script: str) -> None:
        """Run several statements."""
        with self._errors():
            self._driver.executescript(script)

    def begin(self) -> None:
        """Start a transaction, with the write lock from the first."""
        self.execute("BEGIN IMMEDIATE")

    def begin_snapshot(self) -> None:
        """Start a transaction that only reads, while others write."""
        self.execute("BEGIN DEFERRED")

    def commit(self) -> None:
        """Make it durable."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Undo it, if the engine has not done so already."""
        if self._driver.in_transaction:
            self._driver.rollback()

    def warnings(self) -> list[str]:
        """None: the settings are ours."""
        return []

    def close(self) -> None:
        """Give everything back."""
        self._driver.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite.Error as error:
            raise _translated(error, self._path) from error


def _translated(error: Exception, path: str) -> StorageError:
    text = str(error)
    if "not a database" in text:
        return WrongKey(f"The database {path} does not open with this password's key, or is none.")
    if "full" in text:
        return Full(f"No room is left on the disk of {path}; nothing was stored. Make room and try again.")
    advice = " Is there room on that disk, and is it sound?" if "I/O" in text else ""  # no room for shared memory, too
    return StorageError(f"The database {path} failed: {text}.{advice}")
