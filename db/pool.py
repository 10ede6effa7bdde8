"""A few connections that threads borrow for reading, so that a hundred conversations do not hold a hundred."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue

from db.connection import Connection, Database

MAX_OPEN = 8  # MySQL takes 151 in all unless told otherwise
MAX_IDLE = 4


class Pool:
    """Lends connections, at most MAX_OPEN at once; keeps MAX_IDLE for the next borrowers.

    Who holds one must not borrow another: with all of them lent that would wait for itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: LifoQueue[Connection] = LifoQueue()
        self._lent = threading.BoundedSemaphore(MAX_OPEN)
        self._keep = MAX_IDLE

    @contextmanager
    def borrow(self) -> Iterator[Connection]:
        """A connection for the calling thread until the end of the with block; it may have to wait for one."""
        with self._lent:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._database.connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            if self._idle.qsize() < self._keep:
                self._idle.put(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close those that nobody has borrowed now, and the others when they come back."""
        self._keep = 0
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
