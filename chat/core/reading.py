"""Reading this person's database from any thread."""

from collections.abc import Iterator
from contextlib import contextmanager

from chat.errors import StorageFailure
from db.connection import Connection
from db.errors import StorageError
from db.pool import Pool


@contextmanager
def reading(pool: Pool) -> Iterator[Connection]:
    """A connection to read on. A StorageError comes out as StorageFailure, with its words."""
    try:
        with pool.borrow() as connection:
            yield connection
    except StorageError as error:
        raise StorageFailure(str(error)) from error
