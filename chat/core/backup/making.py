"""Makes a backup: all tables as they were at one moment, while messages go on coming and going.

What is in memory at a time is a record of some rows. The index of the search is among the tables, so that
a restored history need not be indexed anew. Files that were received or sent are not in it, only their names
and where they lie.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chat.core.backup.records import End, Header, HomeFile, Rows, encoder
from chat.core.backup.sealed import SealedWriter
from chat.core.home import Home
from chat.core.keyring import Keyring, KeyringFile
from chat.core.reading import reading
from chat.errors import StorageFailure, UserError
from chat.net.files import writing_private
from chat.times import utc_now
from db.connection import Connection, Row
from db.pool import Pool
from db.schema import CLIENT
from db.tables import all_rows, columns_of

RECORD_BYTES = 256 * 1024
RECORD_ROWS = 1024
SALT_BYTES = 32


@dataclass(frozen=True)
class Made:
    """A backup that lies on the disk, and was read again. `digest` is the SHA-256 of the file, in hex."""

    path: Path
    rows: dict[str, int]
    size: int
    digest: str


@dataclass(frozen=True)
class Backups:
    """What backups of one person are made from. Any thread may ask for one."""

    home: Home
    keyring: Keyring
    pool: Pool

    def make(self, path: Path) -> Made:
        """Put a backup at `path`, where nothing may be yet. UserError or StorageFailure if that cannot be."""
        if path.exists():
            raise UserError(f"There is something at {path} already: name another place for the backup.")
        if not path.parent.is_dir():
            raise UserError(f"There is no folder {path.parent}: make it, or name another place for the backup.")
        sealed = KeyringFile.read(self.home.keyring)
        salt = os.urandom(SALT_BYTES)
        header = encoder.encode(Header(sealed.encode(), salt, CLIENT.version, utc_now()))
        with reading(self.pool) as connection, writing_private(path) as file:
            writer = SealedWriter(file, header, self.keyring.backup_key(salt))
            for identity in self.home.of_the_person:
                writer.write(encoder.encode(HomeFile(identity.name, _read(identity))))
            counted = _write_tables(connection, writer)
            writer.write(encoder.encode(End(counted)))
        _check(path, writer.digest)
        return Made(path, counted, path.stat().st_size, writer.digest)


def _write_tables(connection: Connection, writer: SealedWriter) -> dict[str, int]:
    counted = Counter[str]()
    connection.begin_snapshot()
    try:
        for table in CLIENT.tables:
            columns = columns_of(connection, table)
            for rows in _some(all_rows(connection, table, columns)):
                counted[table] += len(rows)
                writer.write(encoder.encode(Rows(table, columns, rows)))
    finally:
        connection.rollback()
    return dict(counted)


def _some(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists that are bounded in number and, but for one long row, in bytes."""
    some: list[Row] = []
    size = 0
    for row in rows:
        length = sum(len(value) for value in row if isinstance(value, str | bytes | bytearray))
        if some and (size + length > RECORD_BYTES or len(some) == RECORD_ROWS):
            yield some
            some, size = [], 0
        some.append(row)
        size += length
    if some:
        yield some


def _check(path: Path, digest: str) -> None:
    """Read it again, for a disk that keeps something else."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        raise StorageFailure(f"{path} is not what was written there: its disk cannot be relied on.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageFailure(f"{path} cannot be read: {error.strerror}.") from None
