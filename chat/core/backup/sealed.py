"""A file of records, each encrypted and in its place, behind a header in clear.

    MAGIC, version, length of the header | header | SHA-256 of all that | records
    a record: its length | AES-256-GCM; the nonce is its number, and that SHA-256 is authenticated with it

The key is for this one file. A record that was changed, moved or left out does not open. Whoever reads must
find the record that says that it is the last: then nothing is missing.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chat.errors import UserError

MAGIC = b"p2pchat backup\n\0"
VERSION = 1
MAX_HEADER_BYTES = 64 * 1024
MAX_RECORD_BYTES = 64 * 1024 * 1024  # more than the longest row of any table
NONCE_BYTES = 12

_START = Struct(f">{len(MAGIC)}sII")
_LENGTH = Struct(">I")


class SealedWriter:
    """Writes such a file; `digest` is the SHA-256 of all that was written."""

    def __init__(self, file: BinaryIO, header: bytes, key: bytes) -> None:
        self._file = file
        self._cipher = AESGCM(key)
        self._number = 0
        self._hash = hashlib.sha256()
        start = _START.pack(MAGIC, VERSION, len(header)) + header
        self._bound_to = hashlib.sha256(start).digest()
        self._put(start + self._bound_to)

    @property
    def digest(self) -> str:
        """In hex, as sha256sum prints it."""
        return self._hash.hexdigest()

    def write(self, record: bytes) -> None:
        """Append a record."""
        sealed = self._cipher.encrypt(_nonce(self._number), record, self._bound_to)
        self._number += 1
        self._put(_LENGTH.pack(len(sealed)) + sealed)

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)


class SealedReader:
    """Reads such a file from its start, where `path` is only for what is said. UserError for what is none."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        start = file.read(_START.size)
        if start[: len(MAGIC)] != MAGIC:
            raise UserError(f"{path} is no backup of this program.")
        if len(start) < _START.size:
            raise self._cut_off()
        _, version, length = _START.unpack(start)
        if version > VERSION:
            raise UserError(f"{path} was written by a newer version of this program: update this one.")
        if version < 1 or length > MAX_HEADER_BYTES:
            raise self._damaged()
        self.header = self._read(length)
        self._bound_to = self._read(hashlib.sha256().digest_size)
        if hashlib.sha256(start + self.header).digest() != self._bound_to:
            raise self._damaged()

    def records(self, key: bytes) -> Iterator[bytes]:
        """The records, to the end of the file."""
        cipher = AESGCM(key)
        number = 0
        while start := self._file.read(_LENGTH.size):
            (length,) = _LENGTH.unpack(start + self._read(_LENGTH.size - len(start)))
            if length > MAX_RECORD_BYTES:
                raise self._damaged()
            try:
                yield cipher.decrypt(_nonce(number), self._read(length), self._bound_to)
            except InvalidTag:
                raise self._damaged() from None
            number += 1

    def _read(self, length: int) -> bytes:
        data = self._file.read(length)  # of a file that is open and buffered: short at its end alone
        if len(data) < length:
            raise self._cut_off()
        return data

    def _cut_off(self) -> UserError:
        return cut_off(self._path)

    def _damaged(self) -> UserError:
        return UserError(f"{self._path} is damaged before its byte {self._file.tell()}: take another copy of it.")


def cut_off(path: Path) -> UserError:
    """What is said of a file that is not whole."""
    return UserError(f"{path} ends too early: it was not copied whole. Take another copy of it.")


def _nonce(number: int) -> bytes:
    return number.to_bytes(NONCE_BYTES, "big")
