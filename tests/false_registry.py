"""Servers that are no registry, or one that does as a test says: real sockets and TLS, scripted answers."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import msgspec

from chat.errors import ChatError
from chat.net.deadline import Deadline
from chat.net.tls import ALPN_REGISTRY, handshake, listening_context
from chat.registry.authority import Authority
from chat.wire import registry as wire
from chat.wire.codec import encode
from chat.wire.frames import MAX_REGISTRY_BYTES, FrameDecoder, encode_frame
from tests.people import PATIENCE_S

M = TypeVar("M", bound=msgspec.Struct)
Address = tuple[str, int]


class Caller:
    """A client on the line, the `number`-th that came."""

    def __init__(self, tls: ssl.SSLSocket, number: int) -> None:
        tls.settimeout(PATIENCE_S)
        self._tls = tls
        self._decoder = FrameDecoder(MAX_REGISTRY_BYTES)
        self._heard: list[wire.FromClient] = []
        self.number = number

    @property
    def certificate(self) -> bytes:
        return self._tls.getpeercert(binary_form=True) or b""

    def hear(self, kind: type[M]) -> M:
        """The next message, which must be of that kind."""
        while not self._heard:
            data = self._tls.recv(65_536)
            assert data, f"the client hung up where {kind.__name__} was expected"
            self._heard += map(wire.client_codec.decode, self._decoder.receive_data(data))
        message = self._heard.pop(0)
        assert isinstance(message, kind), f"{message} where {kind.__name__} was expected"
        return message

    def say(self, message: msgspec.Struct) -> None:
        self.send(encode_frame(encode(message)))

    def send(self, data: bytes) -> None:
        self._tls.sendall(data)

    def wait_for_the_end(self) -> None:
        """Until the client hangs up."""
        while self._tls.recv(65_536):
            pass


Script = Callable[[Caller], None]


@contextmanager
def server(serve: Callable[[socket.socket, int], None]) -> Iterator[Address]:
    """Something that listens, and has each connection served in a thread; a fault there fails the test."""
    faults: list[Exception] = []
    threads: list[threading.Thread] = []

    def run(sock: socket.socket, number: int) -> None:
        try:
            with sock:
                serve(sock, number)
        except (OSError, ChatError):
            pass  # the client hung up
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test is told
            faults.append(fault)

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                sock.settimeout(PATIENCE_S)
                threads.append(threading.Thread(target=run, args=(sock, len(threads) + 1), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "a connection that nobody ended"
    assert not faults, faults


@contextmanager
def false_registry(authority: Authority, script: Script) -> Iterator[Address]:
    """A registry whose every connection runs `script`, and ends after it."""
    files = authority.own_certificate
    context = listening_context([ALPN_REGISTRY], authority.pem, files, strangers=True, expired=True)

    def serve(sock: socket.socket, number: int) -> None:
        with handshake(sock, context, Deadline(PATIENCE_S)) as tls:
            script(Caller(tls, number))

    with server(serve) as address:
        yield address


def nobody() -> Address:
    """Where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: Address = listener.getsockname()
    return address
