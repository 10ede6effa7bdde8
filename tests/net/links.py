"""Two ends of a TLS connection in one process."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from chat.net.deadline import Deadline
from chat.net.tls import handshake

PATIENCE_S = 20.0

Outcome = ssl.SSLSocket | Exception


def shake(
    dialling: ssl.SSLContext,
    listening: ssl.SSLContext,
    server_name: str,
    sockets: tuple[socket.socket, socket.socket] | None = None,
) -> tuple[Outcome, Outcome]:
    """What comes of a handshake at the dialler and at the listener."""
    near, far = sockets or pair()
    with ThreadPoolExecutor(2) as pool:
        dialler = pool.submit(handshake, near, dialling, Deadline(PATIENCE_S), server_name=server_name)
        listener = pool.submit(handshake, far, listening, Deadline(PATIENCE_S))
        return outcome(dialler), outcome(listener)


def outcome(future: "Future[ssl.SSLSocket]") -> Outcome:
    error = future.exception(PATIENCE_S)
    if error is None:
        return future.result()
    assert isinstance(error, Exception)
    return error


def pair() -> tuple[socket.socket, socket.socket]:
    """Two TCP sockets that are connected."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    return near, far


@contextmanager
def closing(*outcomes: Outcome) -> Iterator[None]:
    """Close those that are sockets."""
    try:
        yield
    finally:
        for each in outcomes:
            if isinstance(each, ssl.SSLSocket):
                each.close()
