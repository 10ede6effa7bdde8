"""A TLS connection for much data in one direction, blocking, owned by the thread of one transfer.

With only one thread on it, and the two sides never sending at once, blocking is safe; each step that
stalls for too long ends it. Any thread may stop it.
"""

import socket
import ssl
import struct
from contextlib import suppress

from chat.errors import ConnectionClosed, NetworkError
from chat.net.deadline import Deadline

STALL_TIMEOUT_S = 30.0

_RESET = struct.pack("ii", 1, 0)  # struct linger: on, for no time


class BulkConnection:
    """Sends and receives bytes. Every method may raise ConnectionClosed."""

    def __init__(self, tls: ssl.SSLSocket) -> None:
        tls.settimeout(STALL_TIMEOUT_S)
        self._tls = tls

    def send(self, data: bytes | memoryview) -> None:
        """Send all of `data`."""
        try:
            self._tls.sendall(data)
        except (OSError, ValueError) as error:
            raise ConnectionClosed(f"The transfer broke: {error}.") from None

    def receive_into(self, view: memoryview) -> int:
        """Fill the start of `view` with what comes; how many bytes that is, 0 at the end."""
        try:
            return self._tls.recv_into(view)
        except (OSError, ValueError) as error:
            raise ConnectionClosed(f"The transfer broke: {error}.") from None

    def receive_exactly(self, size: int) -> bytes:
        """The next `size` bytes, which may not take long however they are dripped."""
        data = bytearray(size)
        deadline = Deadline(STALL_TIMEOUT_S)
        with memoryview(data) as view:
            filled = 0
            while filled < size:
                self._limit(deadline)
                count = self.receive_into(view[filled:])
                if not count:
                    raise ConnectionClosed("The other side ended the transfer.")
                filled += count
        self._limit(None)
        return bytes(data)

    def _limit(self, deadline: Deadline | None) -> None:
        """How long the next step may take: to the deadline, or as any."""
        try:
            self._tls.settimeout(deadline.remaining() if deadline else STALL_TIMEOUT_S)
        except (OSError, NetworkError) as error:
            raise ConnectionClosed(f"The transfer broke: {error}") from None

    def stop(self) -> None:
        """End it from another thread: whatever its owner is waiting for fails."""
        with suppress(OSError):
            # A socket that is shut down opens its window no more, and the other side would wait at it for a
            # minute: so closing it is to reset the connection.
            self._tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            socket.socket.shutdown(self._tls, socket.SHUT_RDWR)  # the descriptor's, for SSLSocket's is not safe here

    def close(self) -> None:
        """Give the socket back."""
        self._tls.close()
