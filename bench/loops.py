"""The floors: bare loops between two processes, without anything that makes a chat.

A sender keeps a window of messages in flight, a receiver acknowledges what it has read. With a
database, each end commits before it goes on: the sender before it sends, the receiver before it
acknowledges, many messages to a commit where many are there. Nothing durable can do less.

Receiver and Sender run in processes of their own.
"""

import os
import select
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlcipher3 import dbapi2 as sqlite

TEXT = "x" * 100
BATCH = 256
RECEIVE_BYTES = 256 * 1024
HEADER = struct.Struct(">I")


class Message(msgspec.Struct, frozen=True, array_like=True):
    """The least that a message is."""

    message_id: bytes
    name: str
    text: str
    time: str


encoder = msgspec.msgpack.Encoder()
decoder = msgspec.msgpack.Decoder(Message)


@dataclass(frozen=True)
class Kind:
    """What a loop does besides passing bytes."""

    name: str
    tls: bool = False
    durable: bool = False
    sealed: bool = False


KINDS = (
    Kind("plain TCP"),
    Kind("TLS", tls=True),
    Kind("durable", durable=True),
    Kind("durable, sealed", tls=True, durable=True, sealed=True),
)


class Store(Protocol):
    """Keeps messages."""

    def keep(self, messages: list[Message]) -> None:
        """On return they are on the disk."""


class Nowhere:
    """Keeps nothing."""

    def keep(self, messages: list[Message]) -> None:
        """Nothing is kept."""


class Table:
    """One table, WAL and synchronous=FULL."""

    def __init__(self, path: Path, *, sealed: bool) -> None:
        self._driver = sqlite.connect(str(path), isolation_level=None, check_same_thread=False)
        if sealed:
            self._driver.execute(f"PRAGMA key = \"x'{os.urandom(32).hex()}'\"")
        self._driver.execute("PRAGMA journal_mode = WAL")
        self._driver.execute("PRAGMA synchronous = FULL")
        self._driver.execute(
            "CREATE TABLE Message (n INTEGER PRIMARY KEY, message_id BLOB UNIQUE, name TEXT, message TEXT, time TEXT)"
        )

    def keep(self, messages: list[Message]) -> None:
        """All of them in one transaction."""
        self._driver.execute("BEGIN IMMEDIATE")
        self._driver.executemany(
            "INSERT INTO Message (message_id, name, message, time) VALUES (?, ?, ?, ?)",
            [(message.message_id, message.name, message.text, message.time) for message in messages],
        )
        self._driver.execute("COMMIT")


@contextmanager
def _store(kind: Kind, folder: Path) -> Iterator[Store]:
    if not kind.durable:
        yield Nowhere()
        return
    with tempfile.TemporaryDirectory(dir=folder) as place:
        yield Table(Path(place, "loop.db"), sealed=kind.sealed)


class Receiver:
    """Serves one loop after the other, in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = _server_context(folder)
        threading.Thread(target=self._serve, daemon=True).start()

    def port(self) -> int:
        """Where it listens on the loopback."""
        return int(self._listener.getsockname()[1])

    def _serve(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kind = KINDS[sock.recv(1)[0]]
            with closing(self._context.wrap_socket(sock, server_side=True) if kind.tls else sock) as peer:
                peer.sendall(b"\0")
                with _store(kind, self._folder) as store, suppress(OSError):  # the sender has hung up
                    _acknowledge(peer, store)


def _acknowledge(peer: socket.socket, store: Store) -> None:
    buffer = b""
    while data := peer.recv(RECEIVE_BYTES):
        buffer += data
        messages, start = [], 0
        while len(buffer) - start >= HEADER.size:
            end = start + HEADER.size + HEADER.unpack_from(buffer, start)[0]
            if end > len(buffer):
                break
            messages.append(decoder.decode(buffer[start + HEADER.size : end]))
            start = end
        buffer = buffer[start:]
        if messages:
            store.keep(messages)
            peer.sendall(HEADER.pack(len(messages)))


def _server_context(folder: Path) -> ssl.SSLContext:
    key, now, name = Ed25519PrivateKey.generate(), datetime.now(UTC), x509.Name([])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    certificate = builder.not_valid_after(now + timedelta(days=1)).sign(key, None)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "loop.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "loop.pem")
    context.num_tickets = 0
    return context


class Window:
    """Messages in flight on one connection."""

    def __init__(self, peer: socket.socket, store: Store) -> None:
        self._peer = peer
        self._store = store
        self._buffer = b""
        self.in_flight = 0

    def send(self, count: int) -> None:
        """Keep and send as many messages."""
        messages = [Message(os.urandom(16), "bob", TEXT, "2026-01-31T18:30:00.000Z") for _ in range(count)]
        self._store.keep(messages)
        payloads = [encoder.encode(message) for message in messages]
        self._peer.sendall(b"".join(HEADER.pack(len(payload)) + payload for payload in payloads))
        self.in_flight += count

    def receive(self) -> int:
        """Wait for acknowledgements: of how many messages."""
        self._buffer += self._peer.recv(RECEIVE_BYTES)
        whole = len(self._buffer) // HEADER.size * HEADER.size
        count = sum(int(number) for (number,) in HEADER.iter_unpack(self._buffer[:whole]))
        self._buffer = self._buffer[whole:]
        self.in_flight -= count
        return count

    @property
    def has_answer(self) -> bool:
        """Whether receive would not wait."""
        return bool(select.select([self._peer], [], [], 0)[0])


class Sender:
    """Runs loops of one kind with a receiver at `port`."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port

    def latencies(self, number: int, count: int) -> list[float]:
        """Seconds from having a message to knowing that it was taken, one message at a time."""
        with self._connected(number) as window:
            times = []
            for _ in range(count):
                start = time.perf_counter()
                window.send(1)
                window.receive()
                times.append(time.perf_counter() - start)
            return times

    def rate(self, number: int, size: int, seconds: float) -> float:
        """Acknowledged messages a second with `size` in flight."""
        with self._connected(number) as window:
            start, acknowledged = time.perf_counter(), 0
            while time.perf_counter() - start < seconds:
                room = min(size - window.in_flight, BATCH)
                if room:
                    window.send(room)
                if window.in_flight >= size or window.has_answer:
                    acknowledged += window.receive()
            while window.in_flight:
                acknowledged += window.receive()
            return acknowledged / (time.perf_counter() - start)

    @contextmanager
    def _connected(self, number: int) -> Iterator[Window]:
        kind = KINDS[number]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        sock = socket.create_connection(("127.0.0.1", self._port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(bytes([number]))
        with closing(context.wrap_socket(sock) if kind.tls else sock) as peer, _store(kind, self._folder) as store:
            assert peer.recv(1)
            yield Window(peer, store)
