"""A TLS connection that one thread owns, and the wait for several of them.

Two threads on one SSLSocket crash CPython, and a lock round blocking sends deadlocks; so the owner does
all of it, never blocks in a send or a receive, and others wake it.
"""

import selectors
import socket
import ssl
from collections.abc import Iterable

from chat.errors import ConnectionClosed, NetworkError
from chat.net.waker import Waker

RECEIVE_BYTES = 64 * 1024  # more than a TLS record, so that none is left half read where no poll sees it
MAX_RECEIVE_BYTES = 256 * 1024
SEND_BYTES = 64 * 1024
MAX_OUTGOING_BYTES = 4 * 1024 * 1024  # more than a window of messages and their ACKs take

# poll has no descriptor of its own, so it works where none is left: a thread costs its socket and its waker.
Selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)


class Connection:
    """A non-blocking TLS socket with a buffer of what is still to be sent."""

    def __init__(self, tls: ssl.SSLSocket, *, max_outgoing_bytes: int = MAX_OUTGOING_BYTES) -> None:
        tls.setblocking(False)
        self._tls = tls
        self._outgoing = bytearray()
        self._max_outgoing_bytes = max_outgoing_bytes
        self._stalled = False  # TLS wants to write before it can read on
        self.wants_data = True

    def fileno(self) -> int:
        """For the poll."""
        return self._tls.fileno()

    @property
    def remote_ip(self) -> str:
        """The address of the other side, empty once it is gone."""
        try:
            return str(self._tls.getpeername()[0])
        except OSError:
            return ""

    @property
    def interest(self) -> int:
        """What the poll is to wait for, as a selectors mask."""
        mask = selectors.EVENT_READ if self.wants_data else 0
        if self._outgoing or self._stalled:
            mask |= selectors.EVENT_WRITE
        return mask

    def receive(self) -> bytes:
        """What has come in; empty if nothing has. ConnectionClosed at the end."""
        chunks: list[bytes] = []
        size = 0
        try:
            while size < MAX_RECEIVE_BYTES:
                chunk = self._tls.recv(RECEIVE_BYTES)
                if not chunk:
                    if chunks:
                        break  # the next call will say so again
                    raise ConnectionClosed("The other side ended the connection.")
                chunks.append(chunk)
                size += len(chunk)
            self._stalled = False
        except ssl.SSLWantReadError:
            self._stalled = False
        except ssl.SSLWantWriteError:
            self._stalled = True
        except (OSError, ValueError) as error:
            if not chunks:
                raise ConnectionClosed(f"The connection broke: {error}.") from None
        return b"".join(chunks)

    def queue(self, data: bytes) -> None:
        """Have `data` sent by flush. NetworkError if the other side has not read for too long."""
        self._outgoing += data
        if len(self._outgoing) > self._max_outgoing_bytes:
            raise NetworkError("The other side does not read what it is sent.")

    def flush(self) -> None:
        """Send what goes now; the rest when the poll says so. ConnectionClosed at the end."""
        try:
            while self._outgoing:
                with memoryview(self._outgoing) as view:
                    sent = self._tls.send(view[:SEND_BYTES])
                del self._outgoing[:sent]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except (OSError, ValueError) as error:
            raise ConnectionClosed(f"The connection broke: {error}.") from None

    def close(self) -> None:
        """End it; what is still to be sent is lost."""
        self._tls.close()


class Poller:
    """Waits for the owner thread's connections and for a wake-up. Only `wake` is for other threads."""

    def __init__(self) -> None:
        self._selector = Selector()
        self._waker = Waker()
        self._selector.register(self._waker, selectors.EVENT_READ)
        self._interests: dict[Connection, int] = {}

    def wake(self) -> None:
        """End the owner's wait, now or the next."""
        self._waker.wake()

    def wait(self, connections: Iterable[Connection], timeout: float | None) -> list[Connection]:
        """Those of `connections` that have data, or room for what is still to be sent."""
        wanted = {connection: connection.interest for connection in connections}
        for connection in self._interests.keys() - wanted.keys():
            self.forget(connection)
        for connection, interest in wanted.items():
            before = self._interests.get(connection, 0)
            if interest == before:
                continue
            if not before:
                self._selector.register(connection, interest)
            elif interest:
                self._selector.modify(connection, interest)
            else:
                self._selector.unregister(connection)
            self._interests[connection] = interest
        ready = self._selector.select(timeout)
        self._waker.clear()
        return [key.fileobj for key, _ in ready if isinstance(key.fileobj, Connection)]

    def forget(self, connection: Connection) -> None:
        """Stop waiting for it: to be called before it is closed."""
        if self._interests.pop(connection, 0):
            self._selector.unregister(connection)

    def close(self) -> None:
        """Give the descriptors back."""
        self._selector.close()
        self._waker.close()


def configure(sock: socket.socket) -> None:
    """What every TCP socket of ours is set to."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
