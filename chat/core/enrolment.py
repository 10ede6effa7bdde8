"""Getting to know a registry, and getting an account there: questions asked one at a time, then hung up."""

import time
from types import TracebackType
from typing import Self, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chat.core.home import Home
from chat.core.keyring import Keyring, KeyringFile, derive_keys
from chat.errors import ChatError, ConnectionClosed, NetworkError, ProtocolError, TrustError, UserError
from chat.net.addresses import format_address
from chat.net.certificates import REGISTRY_ID, UNREADABLE, fingerprint, group, host_name, private_pem, read_identity
from chat.net.connection import Connection, Poller
from chat.net.deadline import Deadline
from chat.net.dialing import dial
from chat.net.files import write_private
from chat.net.tls import ALPN_REGISTRY, dialling_context, handshake, probing_context
from chat.wire import registry as wire
from chat.wire.session import RegistryProtocol

CALL_TIMEOUT_S = 15.0
ENROL_TIMEOUT_S = 60.0  # a queue for bcrypt may be before us

A = TypeVar("A", wire.Introduced, wire.Checked, wire.Enrolled)


class Call:
    """A connection to the registry for a question or two; without `authority` it proves nothing."""

    def __init__(self, address: tuple[str, int], authority_pem: str = "") -> None:
        deadline = Deadline(CALL_TIMEOUT_S)
        context = probing_context(ALPN_REGISTRY)
        if authority_pem:
            context = dialling_context(ALPN_REGISTRY, authority_pem, None)
        try:
            self._connection = Connection(
                handshake(dial([address], deadline), context, deadline, server_name=host_name(REGISTRY_ID))
            )
        except NetworkError as error:
            raise NetworkError(
                f"The registry at {format_address(*address)} cannot be reached. {error} "
                "Is server.py running there? --registry HOST:PORT names another one."
            ) from None
        self._poller = Poller()
        self._protocol = RegistryProtocol(wire.registry_codec, limit=wire.MAX_ANSWER_BYTES, now=time.monotonic())

    def ask(self, question: wire.Request, answer: type[A], timeout_s: float = CALL_TIMEOUT_S) -> A:
        """The answer. UserError with the registry's words if it fails."""
        deadline = Deadline(timeout_s)
        self._protocol.send(question)
        while True:
            self._connection.queue(self._protocol.data_to_send())
            self._connection.flush()
            self._poller.wait([self._connection], deadline.remaining())
            for message in self._protocol.receive_data(self._connection.receive(), time.monotonic()):
                if isinstance(message, wire.Failed):
                    raise UserError(message.message)
                if not isinstance(message, answer):
                    raise ProtocolError("The registry gave an answer to another question.")
                return message

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._poller.forget(self._connection)
        self._connection.close()
        self._poller.close()


def introduce(address: tuple[str, int]) -> x509.Certificate:
    """The certificate authority of the registry at `address`, by its own word."""
    try:
        with Call(address) as call:
            return x509.load_der_x509_certificate(call.ask(wire.Introduce(0), wire.Introduced).authority)
    except (*UNREADABLE, ProtocolError, ConnectionClosed) as error:
        raise NetworkError(f"What answers at {format_address(*address)} is no registry: {error}") from None


def authority_fingerprint(certificate: x509.Certificate) -> str:
    """What server.py prints. TrustError if its key is of a kind that we do not use."""
    try:
        key = certificate.public_key()
    except UNREADABLE:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise TrustError("The registry's authority has no Ed25519 key.")
    return fingerprint(key.public_bytes_raw())


class Enrolment:
    """Makes a home into somebody's: key, certificate, keyring."""

    def __init__(self, home: Home, name: str, address: tuple[str, int], expected_fingerprint: str = "") -> None:
        self._home = home
        self._name = name
        self._address = address
        certificate = introduce(address)
        self.fingerprint = authority_fingerprint(certificate)
        check_fingerprint(self.fingerprint, expected_fingerprint, address)
        self._authority_pem = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def name_is_taken(self) -> bool:
        """Whether there is an account of that name already."""
        with Call(self._address, self._authority_pem) as call:
            return call.ask(wire.Check(0, self._name), wire.Checked).taken

    def enrol(self, password: str) -> bool:
        """Enrol with a new key; whether that replaced the key of another machine."""
        key = Ed25519PrivateKey.generate()
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, None)
        keys = derive_keys(password, self.fingerprint, self._name)
        with Call(self._address, self._authority_pem) as call:
            question = wire.Enrol(0, self._name, keys.proof, request.public_bytes(serialization.Encoding.DER))
            answer = call.ask(question, wire.Enrolled, ENROL_TIMEOUT_S)
        self._check_certificate(answer.certificate, key)
        keyring = Keyring.create()
        write_private(self._home.identity, private_pem(key, keyring.identity_password))
        write_certificate(self._home, answer.certificate)
        write_private(self._home.authority, self._authority_pem.encode())
        KeyringFile.seal(
            keyring,
            keys.wrap,
            name=self._name,
            registry=format_address(*self._address),
            authority_fingerprint=self.fingerprint,
        ).write(self._home.keyring)
        return answer.replaced

    def _check_certificate(self, der: bytes, key: Ed25519PrivateKey) -> None:
        given = read_identity(der)
        if (given.name, given.public_key) != (self._name, key.public_key().public_bytes_raw()):
            raise TrustError(f"The registry gave a certificate for {given.name}, which is not ours. Do not use it.")


def write_certificate(home: Home, der: bytes) -> None:
    """Keep our certificate, which was checked."""
    write_private(home.certificate, x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM))


def check_fingerprint(found: str, expected: str, address: tuple[str, int]) -> None:
    """TrustError unless `expected`, in whatever grouping, is empty or the one found."""
    if expected and expected.replace(" ", "").replace(":", "").lower() != found:
        raise TrustError(
            f"The registry at {format_address(*address)} has the fingerprint {group(found)}, "
            "not the one that was expected. Do not use it; ask whoever runs it."
        )


def explain_trust(error: ChatError, address: tuple[str, int]) -> TrustError:
    """What the person is told when the registry is not the one that was trusted."""
    return TrustError(
        f"The registry at {format_address(*address)} is not the one that you enrolled with ({error}) "
        "Somebody may be in between. If it was set up anew, enrol anew: start with another --home."
    )
