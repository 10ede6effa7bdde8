"""A stretch of network that can be listened to, cut and silenced: bytes between those who dial it and a target."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from chat.net.listener import Listener
from chat.net.threads import start_thread

CHUNK_BYTES = 64 * 1024
NEVER = 1 << 62

Budget = Callable[[], int]


@dataclass(eq=False)
class Passage:
    """One connection through the proxy. `budget` bytes may pass, in both directions together."""

    near: socket.socket
    far: socket.socket
    budget: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, count: int) -> int:
        """How many of `count` bytes may still pass."""
        with self.lock:
            allowed = min(count, self.budget)
            self.budget -= allowed
            return allowed

    def cut(self) -> None:
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Forwards to `target` from the start. Threads: the listener's, and two for each connection, a direction each."""

    def __init__(
        self, target: tuple[str, int], *, address: tuple[str, int] = ("127.0.0.1", 0), budget: Budget = lambda: NEVER
    ) -> None:
        self._target = target
        self._budget = budget
        self._lock = threading.Lock()
        self._passages: set[Passage] = set()
        self._recorded: list[bytearray] = []
        self._open = threading.Event()
        self._open.set()
        self._closed = False
        self.cuts = 0
        self._listener = Listener(address, self._accepted)

    @property
    def address(self) -> tuple[str, int]:
        return self._listener.address

    @property
    def recorded(self) -> list[bytes]:
        """What passed so far, a piece for each connection and direction."""
        with self._lock:
            return [bytes(piece) for piece in self._recorded]

    @property
    def connections(self) -> int:
        """How many are open now."""
        with self._lock:
            return len(self._passages)

    def cut(self) -> None:
        """End every connection, both ends being told."""
        with self._lock:
            passages = list(self._passages)
        for passage in passages:
            passage.cut()

    def silence(self) -> None:
        """Let nothing pass, nobody being told, until `heal`."""
        self._open.clear()

    def heal(self) -> None:
        """Let pass what was held up."""
        self._open.set()

    def close(self) -> None:
        self._closed = True
        self._listener.close()
        self._open.set()
        self.cut()

    def _accepted(self, near: socket.socket, _: str) -> None:
        start_thread(self._connect, "proxy", near)

    def _connect(self, near: socket.socket) -> None:
        """Owns a connection: dials the target, forwards one direction itself, and ends both."""
        try:
            far = socket.create_connection(self._target)
        except OSError:
            near.close()
            return
        passage = Passage(near, far, self._budget())
        with self._lock:
            self._passages.add(passage)
        back = start_thread(self._forward, "proxy back", passage, far, near)
        self._forward(passage, near, far)
        back.join()
        with self._lock:
            self._passages.discard(passage)
        near.close()
        far.close()

    def _forward(self, passage: Passage, source: socket.socket, sink: socket.socket) -> None:
        record = bytearray()
        with self._lock:
            self._recorded.append(record)
        with suppress(OSError):
            while not self._closed and (data := source.recv(CHUNK_BYTES)):
                self._open.wait()
                allowed = passage.spend(len(data))
                with self._lock:
                    record += data[:allowed]
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    self.cuts += 1
                    break
        passage.cut()
