"""Files that are only their owner's: 0600 whatever the umask, written whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chat.errors import StorageFailure


def write_private(path: Path, data: bytes) -> None:
    """Put `data` at `path`, durably. StorageFailure if it cannot be."""
    with writing_private(path) as file:
        file.write(data)


@contextmanager
def writing_private(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which is at `path` after the with block, durably; if that fails, nothing is.

    StorageFailure if it cannot be.
    """
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageFailure(f"{path} cannot be written: {error.strerror}.") from None


def private_folder(path: Path) -> Path:
    """`path` as a folder that only its owner may enter. StorageFailure if it cannot be."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise StorageFailure(f"The folder {path} cannot be used: {error.strerror}.") from None
    return path


def lock_folder(path: Path) -> BinaryIO | None:
    """Keep other processes out of the folder until the file is closed; None if one is in it.

    StorageFailure if it cannot be locked.
    """
    try:
        file = os.fdopen(os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
    except OSError as error:
        raise StorageFailure(f"The folder {path} cannot be locked: {error.strerror}.") from None
    return file
