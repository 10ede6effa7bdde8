"""Wakes a thread out of its poll: an eventfd where there are any, else a pair of sockets."""

import os
import socket
import threading
from contextlib import suppress


class Waker:
    """One thread polls `fileno` and calls clear; any thread may call wake, also after close."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a late wake must not write to a descriptor that is another's by now
        self._set = False
        self._closed = False
        self._eventfd = -1
        if hasattr(os, "eventfd"):
            self._eventfd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        else:  # pragma: no cover - not on Linux
            self._receiver, self._sender = socket.socketpair()
            self._receiver.setblocking(False)
            self._sender.setblocking(False)

    def fileno(self) -> int:
        """Readable once woken."""
        return self._eventfd if self._eventfd >= 0 else self._receiver.fileno()

    def wake(self) -> None:
        """End the current or the next wait."""
        with self._lock:
            if self._set or self._closed:
                return
            self._set = True
            if self._eventfd >= 0:
                os.eventfd_write(self._eventfd, 1)
            else:  # pragma: no cover
                with suppress(BlockingIOError):
                    self._sender.send(b"\0")

    def clear(self) -> None:
        """The wait has ended: a wake from now on counts for the next."""
        with self._lock:
            if not self._set:
                return
            self._set = False
            if self._eventfd >= 0:
                os.eventfd_read(self._eventfd)
            else:  # pragma: no cover
                self._receiver.recv(64)

    def close(self) -> None:
        """Give the descriptors back."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._eventfd >= 0:
                os.close(self._eventfd)
            else:  # pragma: no cover
                self._receiver.close()
                self._sender.close()
