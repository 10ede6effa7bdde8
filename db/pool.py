"""A few connections that threads borrow for reading, so that a hundred conversations do not hold a hundred."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue

from db.connection import Connection, Database

MAX_IDLE = 4


class Pool:
    """Lends connections; keeps at most MAX_IDLE open ones for the next borrower."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: LifoQueue[Connection] = LifoQueue(MAX_IDLE)

    @contextmanager
    def borrow(self) -> Iterator[Connection]:
        """A connection for the calling thread until the end of the with block."""
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._database.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._idle.full():
            connection.close()
        else:
            self._idle.put(connection)

    def close(self) -> None:
        """Close those that nobody has borrowed."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
