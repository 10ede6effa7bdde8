"""Who we are to others: our certificate and key, as TLS contexts that are replaced at each renewal."""

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chat.core.enrolment import authority_fingerprint, write_certificate
from chat.core.home import Home
from chat.core.keyring import Keyring
from chat.errors import StorageFailure, TrustError, reason
from chat.net.certificates import UNREADABLE, Identity, is_signed, read_identity
from chat.net.tls import ALPN_CHAT, ALPN_REGISTRY, ALPN_TRANSFER, OwnCertificate, dialling_context, listening_context
from chat.wire.registry import Revoked, revocation_statement

PEER_PURPOSES = (ALPN_CHAT, ALPN_TRANSFER)

_ADVICE = "Put a copy back, or enrol anew with another --home."


class Credentials:
    """Read by all threads; `renew` is for the one of the registry line."""

    def __init__(self, home: Home, keyring: Keyring) -> None:
        self._home = home
        self._own = OwnCertificate(home.certificate, home.identity, keyring.identity_password)
        self._authority = _certificate(home.authority)
        self._authority_pem = self._authority.public_bytes(serialization.Encoding.PEM).decode()
        self.registry_fingerprint = authority_fingerprint(self._authority)
        self.identity = self._load()

    def renew(self, certificate: bytes) -> None:
        """Use a new certificate, DER, from now on. TrustError if it is not for our key and name."""
        offered = read_identity(certificate)
        if offered != self.identity:
            raise TrustError(f"The registry gave a certificate for {offered.name}, which is not ours.")
        write_certificate(self._home, certificate)
        self._load()

    def check_authority(self, enrolled_with: str) -> None:
        """TrustError if the authority in the home is not the one of that fingerprint: somebody put it there."""
        if self.registry_fingerprint != enrolled_with:
            raise TrustError(f"{self._home.authority} is not of the registry that you enrolled with. {_ADVICE}")

    def is_revoked(self, revoked: Revoked) -> bool:
        """Whether the authority really signed that."""
        key = self._authority.public_key()
        assert isinstance(key, Ed25519PublicKey)
        statement = revocation_statement(revoked.name, revoked.public_key, revoked.time)
        return is_signed(statement, revoked.signature, key.public_bytes_raw())

    def sign(self, statement: bytes) -> bytes:
        """Our signature with the identity key."""
        key = serialization.load_pem_private_key(self._own.key.read_bytes(), self._own.password or None)
        assert isinstance(key, Ed25519PrivateKey)
        return key.sign(statement)

    def _load(self) -> Identity:
        certificate = _certificate(self._home.certificate)
        try:
            self._make_contexts()
        except (OSError, ValueError) as error:
            raise StorageFailure(f"The key in {self._own.key} cannot be used: {error}. {_ADVICE}") from None
        return read_identity(certificate.public_bytes(serialization.Encoding.DER))

    def _make_contexts(self) -> None:
        self.for_registry: ssl.SSLContext = dialling_context(ALPN_REGISTRY, self._authority_pem, self._own)
        self.for_dialling = {
            purpose: dialling_context(purpose, self._authority_pem, self._own) for purpose in PEER_PURPOSES
        }
        self.for_listening: ssl.SSLContext = listening_context(PEER_PURPOSES, self._authority_pem, self._own)


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, *UNREADABLE) as error:
        raise StorageFailure(f"The certificate {path} cannot be read: {reason(error)}. {_ADVICE}") from None
