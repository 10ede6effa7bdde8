"""A listening socket and the thread that accepts on it.

It hands over raw connections and never shakes hands itself: one silent caller would hold up all.
"""

import errno
import os
import selectors
import socket
import threading
from collections.abc import Callable

from chat.errors import NetworkError
from chat.net.addresses import format_address
from chat.net.connection import Selector
from chat.net.threads import report_fault, start_thread

BACKLOG = 1024
PAUSE_S = 0.1

OnConnection = Callable[[socket.socket, str], None]


class Listener:
    """Accepts until closed. `on_connection(socket, ip)` must not block; it owns the socket.

    Where it raises OSError or RuntimeError, no descriptor or thread being left, the caller is hung up on.
    """

    def __init__(self, address: tuple[str, int], on_connection: OnConnection) -> None:
        host, port = address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=BACKLOG)
        except (OSError, OverflowError) as error:
            reason, *_ = (getattr(error, "strerror", None) or str(error)).split(" (while")  # Python adds the address
            raise NetworkError(
                f"Cannot listen on {format_address(host, port)}: {reason.lower()}; choose another."
            ) from None
        self._socket.setblocking(False)
        host, port = self._socket.getsockname()[:2]
        self._address = (str(host), int(port))
        self._on_connection = on_connection
        self._spare = _spare_descriptor()
        self._closed = threading.Event()
        self._thread = start_thread(self._run, "listener")

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, with the port that was free; also once it is closed."""
        return self._address

    def close(self) -> None:
        """Stop accepting. Connections that were handed over go on."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._socket.shutdown(socket.SHUT_RDWR)  # ends the wait that the thread is in
        self._thread.join()
        self._socket.close()
        if self._spare >= 0:
            os.close(self._spare)

    def _run(self) -> None:
        with Selector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while selector.select() and not self._closed.is_set():
                self._accept_one()

    def _accept_one(self) -> None:
        try:
            connection, address = self._socket.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._refuse_one()
            elif not isinstance(error, BlockingIOError | ConnectionAbortedError):
                self._closed.wait(PAUSE_S)  # out of memory, say: do not spin
            return
        connection.setblocking(True)
        self._hand_over(connection, str(address[0]))

    def _hand_over(self, connection: socket.socket, ip: str) -> None:
        try:
            self._on_connection(connection, ip)
        except (OSError, RuntimeError):
            connection.close()
            self._closed.wait(PAUSE_S)
        except Exception:  # noqa: BLE001 - a fault over one caller is no reason to take in no other
            connection.close()
            report_fault()

    def _refuse_one(self) -> None:
        """No descriptor is left: take the caller with the spare one, to hang up at once and not spin."""
        if self._spare >= 0:
            os.close(self._spare)
        try:
            self._socket.accept()[0].close()
        except OSError:
            self._closed.wait(PAUSE_S)  # another thread was quicker to take it
        self._spare = _spare_descriptor()


def _spare_descriptor() -> int:
    """One that can be given up when it is the last; -1 if there is none any more."""
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1
