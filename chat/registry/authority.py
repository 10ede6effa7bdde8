"""The registry's certificate authority: binds a person's name to the key that its owner made.

Its key and certificate stand in one file, written whole or not at all, so that it survives any end of
the process. Losing it means a new registry to every client, which has the old one pinned.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chat.errors import StorageFailure, UserError, reason
from chat.net.certificates import REGISTRY_ID, UNREADABLE, Identity, fingerprint, private_pem, subject_names
from chat.net.files import write_private
from chat.net.tls import OwnCertificate

PERSON_DAYS = 30
AUTHORITY_DAYS = 3650
BACKDATED = timedelta(days=1)  # for clocks that are behind


class Authority:
    """Signs. `fingerprint` is what a user compares before trusting this registry."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / "authority.pem"
        if not file.exists():
            key = Ed25519PrivateKey.generate()
            write_private(file, private_pem(key, b"") + _self_signed(key).public_bytes(serialization.Encoding.PEM))
        try:
            pem = file.read_bytes()
            self._key = serialization.load_pem_private_key(pem, None)
            self._certificate = x509.load_pem_x509_certificate(pem)
        except (OSError, *UNREADABLE) as error:
            raise StorageFailure(f"The certificate authority in {file} cannot be read: {reason(error)}.") from None
        if not isinstance(self._key, Ed25519PrivateKey):
            raise StorageFailure(f"The certificate authority in {file} has no Ed25519 key.")
        self.der = self._certificate.public_bytes(serialization.Encoding.DER)
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.fingerprint = fingerprint(self._key.public_key().public_bytes_raw())
        self.own_certificate = self._certify_registry(folder)

    def certify(self, identity: Identity) -> bytes:
        """A person's certificate for PERSON_DAYS, in DER."""
        key = Ed25519PublicKey.from_public_bytes(identity.public_key)
        return self._issue(identity, key, PERSON_DAYS).public_bytes(serialization.Encoding.DER)

    def sign(self, statement: bytes) -> bytes:
        """The authority's signature over a statement."""
        return self._signing_key.sign(statement)

    @property
    def _signing_key(self) -> Ed25519PrivateKey:
        assert isinstance(self._key, Ed25519PrivateKey)
        return self._key

    def _certify_registry(self, folder: Path) -> OwnCertificate:
        """A certificate for this server itself, made anew at each start."""
        key = Ed25519PrivateKey.generate()
        identity = Identity("", REGISTRY_ID, key.public_key().public_bytes_raw())
        certificate = self._issue(identity, key.public_key(), AUTHORITY_DAYS)
        files = OwnCertificate(folder / "registry-certificate.pem", folder / "registry-key.pem")
        write_private(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
        write_private(files.key, private_pem(key, b""))
        return files

    def _issue(self, identity: Identity, key: Ed25519PublicKey, days: int) -> x509.Certificate:
        issuer = self._signing_key.public_key()
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        return (
            _validity(x509.CertificateBuilder(), days)
            .subject_name(x509.Name([]))
            .issuer_name(self._certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .add_extension(subject_names(identity), critical=True)  # critical, since the subject is empty
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
            .sign(self._signing_key, None)
        )


def proven_key(csr: bytes) -> bytes:
    """The raw Ed25519 key in a request that is signed with it. UserError if it is not."""
    try:
        request = x509.load_der_x509_csr(csr)
        key = request.public_key()
        if not isinstance(key, Ed25519PublicKey) or not request.is_signature_valid:
            raise ValueError
    except UNREADABLE:
        raise UserError("The request does not prove an Ed25519 key.") from None
    return key.public_bytes_raw()


def random_peer_id() -> str:
    """A new account's id, which tells nothing."""
    return os.urandom(10).hex()


def _self_signed(key: Ed25519PrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer-to-peer chat registry")])
    return (
        _validity(x509.CertificateBuilder(), AUTHORITY_DAYS)
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, None)
    )


def _validity(builder: x509.CertificateBuilder, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return builder.not_valid_before(now - BACKDATED).not_valid_after(now + timedelta(days=days))


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
