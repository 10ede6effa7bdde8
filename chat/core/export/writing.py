"""A file that is its owner's alone, and appears whole under its name or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from chat.errors import StorageFailure, UserError


def check_free(path: Path, *, overwrite: bool) -> None:
    """UserError if nothing can be written there, or something is there that may not be lost."""
    if path.is_dir() or not path.parent.is_dir():
        raise UserError(f"{path} is no place for a file: name one in a folder that is there.")
    if not overwrite and path.exists():
        raise UserError(f"{path} is there already: choose another name, or add --overwrite.")


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file to write and read, 0600, that takes its name at the end of the with block and is gone if that fails.

    StorageFailure if it cannot be written, UserError if the name was taken meanwhile.
    """
    part = ""
    try:
        descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        Path(part).replace(path)
    except FileExistsError:
        raise UserError(f"{path} is there already: choose another name, or add --overwrite.") from None
    except OSError as error:
        raise StorageFailure(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            Path(part).unlink()
