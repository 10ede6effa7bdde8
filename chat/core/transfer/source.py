"""The file that is sent: what is said of it, whether it is still the same, and its bytes.

It is hashed once, when it is offered, and kept where it is; its stamp tells whether it changed since.
"""

import hashlib
import mimetypes
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from chat.core.file_journal import Attached
from chat.errors import UserError
from chat.wire.messages import MAX_FILE_NAME_CHARS, Attachment

CHUNK_BYTES = 256 * 1024
UNKNOWN_TYPE = "application/octet-stream"


class Changed(Exception):
    """The file is not what was offered."""


def inspect(path: Path, *, name: str = "") -> Attached:
    """Read a file through: its name (or `name`), size, type, digest and stamp. UserError if it cannot be sent."""
    try:
        path = path.expanduser().absolute()
        with _open(path) as file:
            stamp, size = _stamp(os.fstat(file.fileno()))
            digest = hashlib.sha256()
            for chunk in _chunks(file.fileno(), 0, size):
                digest.update(chunk)
            if _stamp(os.fstat(file.fileno()))[0] != stamp:
                raise Changed
    except Changed:
        raise UserError(f"{path} changed while it was read: wait until it is finished, and send it again.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    named = (name or path.name)[-MAX_FILE_NAME_CHARS:].encode(errors="replace").decode()
    kind = mimetypes.guess_type(path.name)[0] or UNKNOWN_TYPE
    return Attached(Attachment(named, size, kind, digest.digest()), str(path), stamp)


def read_again(path: str, stamp: str, offset: int, size: int) -> Iterator[memoryview]:
    """The bytes of a file from `offset` on, in chunks that are valid until the next. Changed if it is another."""
    try:
        with _open(Path(path)) as file:
            if _stamp(os.fstat(file.fileno()))[0] != stamp:
                raise Changed
            yield from _chunks(file.fileno(), offset, size)
    except (OSError, UserError):
        raise Changed from None


def _open(path: Path) -> BinaryIO:
    """A regular file, to read. UserError for anything else."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise UserError(f"{path} is a folder: pack it into one file first, as in: tar czf it.tar.gz {path.name}")
    if not stat.S_ISREG(mode):
        raise UserError(f"{path} is no ordinary file: it cannot be sent.")
    return path.open("rb", buffering=0)


def _chunks(descriptor: int, offset: int, size: int) -> Iterator[memoryview]:
    """`size` bytes in all, from `offset` on. Changed if there are fewer."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    left = size - offset
    with memoryview(bytearray(CHUNK_BYTES)) as buffer:
        while left > 0:
            count = os.readv(descriptor, [buffer[: min(left, CHUNK_BYTES)]])  # what was added since is not read
            if not count:
                raise Changed
            left -= count
            yield buffer[:count]


def _stamp(found: os.stat_result) -> tuple[str, int]:
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}", found.st_size
