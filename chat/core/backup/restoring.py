"""Restores a backup into a database of either engine, and into a home that has nobody yet.

The whole is read and verified before anything is changed. The rows then go in within one transaction,
all or none. What the database lacks afterwards, because it came or went after the backup, the rules of
delivery find out at the next link with each peer (docs/delivery.md).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec

from chat.core.backup.records import End, Header, HomeFile, Record, Rows, header_decoder, record_decoder, summary
from chat.core.backup.sealed import SealedReader, cut_off
from chat.core.home import Home
from chat.core.keyring import KeyringFile
from chat.errors import StorageFailure, UserError
from chat.net.files import write_private
from db.connection import Connection, transaction
from db.errors import StorageError
from db.schema import CLIENT
from db.tables import SETTING, count_rows, delete_rows, insert_rows


@contextmanager
def opened_backup(path: Path, name: str, password: str) -> Iterator["Backup"]:
    """The backup of `name` at `path`. UserError if there is none, or the password is not its."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UserError(f"The backup {path} cannot be read: {error.strerror}.") from None
    with file:
        yield Backup(file, path, name, password)


class Backup:
    """A backup of `name`, opened with the password; UserError if that is not its. Closed with its file."""

    def __init__(self, file: BinaryIO, path: Path, name: str, password: str) -> None:
        self._file = file
        self._path = path
        self._header = self._read_header()
        self.keyring_file = KeyringFile.decode(self._header.keyring, path)
        if self.keyring_file.name != name:
            raise UserError(f"{path} is the backup of {self.keyring_file.name}, not of {name}.")
        if self._header.schema > CLIENT.version:
            raise UserError(f"{path} was written by a newer version of this program: update this one.")
        self.keyring, _ = self.keyring_file.open(password)
        self.time = self._header.time

    def verify(self) -> dict[str, int]:
        """Read all of it; how many rows each table has. UserError if it is not whole and unchanged."""
        last: Record | None = None
        for record in self._records():
            last = record
        assert isinstance(last, End)
        return last.rows

    def restore_rows(self, connection: Connection, *, replace: bool) -> None:
        """Put its rows into the database, all or none. UserError if there are others, unless to `replace` them."""
        name = self.keyring_file.name
        try:
            CLIENT.apply(connection, name)
            with transaction(connection) as tx:
                if not replace:
                    self._refuse_others(tx)
                for table in CLIENT.tables:
                    delete_rows(tx, table)
                for record in self._records():
                    if isinstance(record, Rows):
                        insert_rows(tx, record.table, record.columns, record.rows)
        except StorageError as error:
            raise StorageFailure(f"Nothing was restored. {error}") from error

    def restore_home(self, home: Home) -> None:
        """Make an empty home into this person's, the keyring last."""
        places = {path.name: path for path in home.of_the_person}
        for record in self._records():
            if isinstance(record, HomeFile) and record.name in places:
                write_private(places[record.name], record.data)
        self.keyring_file.write(home.keyring)

    def _refuse_others(self, connection: Connection) -> None:
        counts = {table: count_rows(connection, table) for table in CLIENT.tables if table != SETTING}
        if any(counts.values()):
            raise UserError(
                f"The database {connection} holds {summary(counts)} already, and nothing was restored. "
                f"To throw away all that is there and put the backup in its place: /restore -replace {self._path}"
            )

    def _read_header(self) -> Header:
        try:
            return header_decoder.decode(self._open().header)
        except (msgspec.DecodeError, RecursionError) as error:  # the latter of a deep nest in a field to ignore
            self._not_understood(error)

    def _open(self) -> SealedReader:
        self._file.seek(0)
        return SealedReader(self._file, self._path)

    def _records(self) -> Iterator[Record]:
        """All records; UserError unless the last one says so, and has counted the same rows."""
        counted = Counter[str]()
        last: Record | None = None
        for data in self._open().records(self.keyring.backup_key(self._header.salt)):
            try:
                last = record_decoder.decode(data)
            except msgspec.DecodeError as error:
                self._not_understood(error)
            if isinstance(last, Rows):
                counted[last.table] += len(last.rows)
            yield last
        if not isinstance(last, End) or last.rows != counted:
            raise cut_off(self._path)

    def _not_understood(self, error: Exception) -> NoReturn:
        raise UserError(f"{self._path} has something in it that this version does not know: {error}.") from error
