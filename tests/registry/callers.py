"""Whoever calls at a registry: real sockets and TLS, and every word in the test's hand."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chat.errors import ConnectionClosed
from chat.net.certificates import REGISTRY_ID, host_name, private_pem
from chat.net.connection import Connection, Poller
from chat.net.deadline import Deadline
from chat.net.tls import ALPN_REGISTRY, OwnCertificate, dialling_context, handshake
from chat.registry.log import Log
from chat.registry.service import Limits, Registry
from chat.wire import registry as wire
from chat.wire.rooms import RoomPush
from chat.wire.session import RegistryProtocol
from tests.people import NO_LIMITS

PATIENCE_S = 20.0
A = TypeVar("A", bound=msgspec.Struct)


class Caller:
    """One connection to a registry."""

    def __init__(self, address: tuple[str, int], authority_pem: str, own: OwnCertificate | None = None) -> None:
        context = dialling_context(ALPN_REGISTRY, authority_pem, own)
        sock = socket.create_connection(address)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.connection = Connection(handshake(sock, context, Deadline(PATIENCE_S), server_name=host_name(REGISTRY_ID)))
        self.poller = Poller()
        self.protocol = RegistryProtocol(wire.registry_codec, limit=wire.MAX_ANSWER_BYTES, now=0.0)
        self.heard: list[Any] = []
        self.pushed: list[wire.Presence] = []  # all that were heard

    def say(self, *messages: msgspec.Struct) -> None:
        for message in messages:
            self.protocol.send(message)
        self.send(self.protocol.data_to_send())

    def send(self, data: bytes) -> None:
        self.connection.queue(data)
        self.connection.flush()

    def hear(self) -> Any:
        """The next message. ConnectionClosed at the end."""
        end = time.monotonic() + PATIENCE_S
        while not self.heard:
            assert time.monotonic() < end, "nothing was heard"
            if self.poller.wait([self.connection], PATIENCE_S):
                self.heard += self.protocol.receive_data(self.connection.receive(), 0.0)
                self.send(self.protocol.data_to_send())
        message = self.heard.pop(0)
        self.pushed += [message] if isinstance(message, wire.Presence) else []
        return message

    def ask(self, request: msgspec.Struct, answer: type[A]) -> A:
        """The answer; what is pushed before it is dropped."""
        self.say(request)
        while not isinstance(message := self.hear(), answer):
            assert isinstance(message, wire.Presence | wire.Revoked | RoomPush), message
        return message

    def is_cut(self) -> bool:
        """Whether the registry ends the connection, whatever it says before."""
        try:
            while True:
                self.hear()
        except ConnectionClosed:
            return True

    def close(self) -> None:
        self.poller.forget(self.connection)
        self.connection.close()


class Office:
    """A registry that serves, its log, and who called."""

    def __init__(self, folder: Path, limits: Limits = NO_LIMITS) -> None:
        self.folder = folder
        self.out = StringIO()
        self.registry = Registry(("127.0.0.1", 0), folder / "registry", log=Log(self.out), limits=limits, bcrypt_cost=4)
        self.callers: list[Caller] = []

    @property
    def pem(self) -> str:
        return self.registry._authority.pem

    def stranger(self) -> Caller:
        return self._call(None)

    def member(self, name: str, *, new: bool = True) -> Caller:
        """Somebody with a certificate, who has not signed in yet."""
        files = OwnCertificate(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        if new:
            self.enrol(name, files)
        return self._call(files)

    def signed_in(self, name: str, **facts: Any) -> Caller:
        caller = self.member(name)
        caller.ask(sign_in(**facts), wire.SignedIn)
        return caller

    def enrol(self, name: str, files: OwnCertificate) -> None:
        """An account, or its next key, through the front door."""
        key = Ed25519PrivateKey.generate()
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, None)
        question = wire.Enrol(7, name, b"p" * 32, request.public_bytes(serialization.Encoding.DER))
        answer = self.stranger().ask(question, wire.Enrolled)
        certificate = x509.load_der_x509_certificate(answer.certificate)
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(private_pem(key, b""))

    def _call(self, own: OwnCertificate | None) -> Caller:
        caller = Caller(self.registry.address, self.pem, own)
        self.callers.append(caller)
        return caller

    def close(self) -> None:
        for caller in self.callers:
            caller.close()
        self.registry.close()


def sign_in(
    *, port: int = 4711, hidden: bool = False, blocked: tuple[str, ...] = (), watched: tuple[str, ...] = ()
) -> wire.SignIn:
    return wire.SignIn(1, port, ("192.0.2.7",), hidden, blocked, watched)


@contextmanager
def office(folder: Path, limits: Limits = NO_LIMITS) -> Iterator[Office]:
    place = Office(folder, limits)
    try:
        yield place
    finally:
        place.close()
