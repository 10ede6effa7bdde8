"""The digest of a file while it comes in: a thread that reads behind the one that writes.

hashlib and the kernel let go of the interpreter while they work, so this costs the writer next to nothing.
What an earlier attempt left is hashed while more comes in: however much that is, the sender need not wait.
"""

import hashlib
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from chat.errors import StorageFailure
from chat.net.threads import DaemonThread

BUFFER_BYTES = 256 * 1024

Read = Callable[[memoryview, int], int]  # fills a buffer from a place on: how many bytes. StorageFailure if it cannot


class Hasher:
    """Owns the digest and its thread, and reads what `read` gives it. Leaving its context ends the thread."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._digest = hashlib.sha256()
        self._size = 0
        self._finishing = self._stopped = False
        self._failure: StorageFailure | None = None
        self._changed = threading.Condition()
        self._thread = DaemonThread(self._run, "hasher")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def grown_to(self, size: int) -> None:
        """So many bytes are written now."""
        with self._changed:
            self._size = size
            self._changed.notify()

    def finish(self) -> bytes:
        """The digest of all that was written. StorageFailure if it could not be read back."""
        with self._changed:
            self._finishing = True
            self._changed.notify()
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._digest.digest()

    def _run(self) -> None:
        place = 0
        with memoryview(bytearray(BUFFER_BYTES)) as buffer:
            try:
                while size := self._more_than(place):
                    count = self._read(buffer[: min(BUFFER_BYTES, size - place)], place)
                    self._digest.update(buffer[:count])
                    place += count
            except StorageFailure as failure:
                self._failure = failure

    def _more_than(self, place: int) -> int:
        """How much is written, once that is more than `place`; 0 at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._size > place or self._finishing or self._stopped)
            return 0 if self._stopped or self._size == place else self._size
