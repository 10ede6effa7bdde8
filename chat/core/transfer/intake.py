"""A file on its way in: its transfer's thread fills memory, and one thread each writes and hashes behind it.

hashlib and the kernel let go of the interpreter while they work. The last few MiB stay in memory until both
have had them, so that nothing is read back; only what an earlier attempt left is read from the disk, and
however much that is, the sender need not wait for it.
"""

import hashlib
import mmap
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from chat.core.transfer.part import PartFile
from chat.errors import StorageFailure
from chat.net.threads import DaemonThread, start_thread

SLOT_BYTES = 1024 * 1024
SLOTS = 4


class Intake:
    """Appends to `part`, which nobody else may write to meanwhile. Every method may raise StorageFailure.

    A ring of slots: the byte at `place` of the file goes through slot `place // SLOT_BYTES % SLOTS`. All below
    `_first` is on its way out of memory or was never there, and is in the part file.
    """

    def __init__(self, part: PartFile) -> None:
        self._part = part
        self._slots = [memoryview(mmap.mmap(-1, SLOT_BYTES)) for _ in range(SLOTS)]  # in pages, as part.write likes it
        self._first = self._received = self._written = part.offset
        self._hashed = 0
        self._digest = hashlib.sha256()
        self._ended = self._given_up = False
        self._failure: Exception | None = None
        self._changed = threading.Condition()
        self._threads: list[DaemonThread] = []

    def __enter__(self) -> Self:
        try:
            for name, work in (("file writer", self._write_more), ("hasher", self._hash_more)):
                self._threads.append(start_thread(self._guarded, name, work))
        except RuntimeError:
            self._end()
            raise StorageFailure("The system has no more threads: files that come in wait until it has.") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._given_up = True
        self._end()
        self._failure = None  # it leads to our frames, and those to the slots: megabytes would wait for the collector

    def room(self) -> memoryview:
        """Where the next bytes go, once there is room."""
        begin = self._received - self._received % SLOT_BYTES
        former = begin - SLOTS * SLOT_BYTES  # what was in that slot before
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._may_be_forgotten(former))
            self._check()
            self._first = max(self._first, former + SLOT_BYTES)
        return self._in_memory(self._received, begin + SLOT_BYTES)

    def took(self, count: int) -> None:
        """So many bytes came into the room."""
        with self._changed:
            self._received += count
            self._changed.notify_all()

    def finish(self) -> bytes:
        """The digest of all that the part file has, when it has all."""
        self._end()
        self._check()
        return self._digest.digest()

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _may_be_forgotten(self, begin: int) -> bool:
        """Whether the slot that begins at `begin` is written, and not just what is to be hashed next.

        If the hasher is further behind than that, it reads the file instead.
        """
        end = begin + SLOT_BYTES
        return end <= self._first or (end <= self._written and not begin <= self._hashed < end)

    def _in_memory(self, begin: int, end: int) -> memoryview:
        """These bytes, as far as they are in one slot."""
        slot, within = divmod(begin, SLOT_BYTES)
        return self._slots[slot % SLOTS][within : min(SLOT_BYTES, within + end - begin)]

    # The two threads behind

    def _guarded(self, work: Callable[[], bool]) -> None:
        try:
            while work():
                pass
        except Exception as failure:  # noqa: BLE001 - the transfer's thread raises it
            with self._changed:
                self._failure = failure
                self._changed.notify_all()

    def _write_more(self) -> bool:
        """Goes on to the last byte also when the transfer broke: what is written need not come again."""
        with self._changed:
            self._changed.wait_for(lambda: self._written < self._received or self._ended)
            if self._written == self._received:
                return False
            data = self._in_memory(self._written, self._received)
        self._part.write(data)
        with self._changed:
            self._written += len(data)
            self._changed.notify_all()
        return True

    def _hash_more(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._hashed < self._received or self._ended)
            if self._hashed == self._received or self._given_up:
                return False
            elsewhere = self._first - self._hashed
            data: memoryview | bytes = self._in_memory(self._hashed, self._received)
        if elsewhere > 0:
            data = self._part.read(self._hashed, min(SLOT_BYTES, elsewhere))
        self._digest.update(data)
        with self._changed:
            self._hashed += len(data)
            self._changed.notify_all()
        return True
