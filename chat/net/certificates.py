"""Whose certificate is it: names in X.509, and keys.

A person's certificate has two names: a DNS name made of a random id that the registry assigned, since
the name that is dialled travels in clear, and a URI with the person's own name. The registry's has the
reserved id and no URI, so neither is ever taken for the other.
"""

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chat.errors import TrustError

REGISTRY_ID = "registry"
_DOMAIN = ".peer.invalid"
_URI = "p2pchat:"

# What the library raises for a certificate, or a request for one, that nobody of ours would make: few are ValueErrors.
UNREADABLE = (
    ValueError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True)
class Identity:
    """Who showed a certificate: a folded name, the registry's id for it, a raw Ed25519 public key."""

    name: str
    peer_id: str
    public_key: bytes


def host_name(peer_id: str) -> str:
    """The DNS name in the certificate of that id."""
    return peer_id + _DOMAIN


def subject_names(identity: Identity) -> x509.SubjectAlternativeName:
    """The names in a person's certificate; in the registry's, where the name is empty, only the id."""
    names: list[x509.GeneralName] = [x509.DNSName(host_name(identity.peer_id))]
    if identity.name:
        names.append(x509.UniformResourceIdentifier(_URI + identity.name))
    return x509.SubjectAlternativeName(names)


def read_identity(der: bytes | None) -> Identity:
    """The person whose certificate this is. TrustError if it is nobody's."""
    try:
        certificate = x509.load_der_x509_certificate(der or b"")
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (host,) = names.get_values_for_type(x509.DNSName)
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        key = certificate.public_key()
    except UNREADABLE:
        raise TrustError("The other side's certificate is not a person's.") from None
    if not (host.endswith(_DOMAIN) and uri.startswith(_URI) and isinstance(key, Ed25519PublicKey)):
        raise TrustError("The other side's certificate is not a person's.")
    peer_id = host.removesuffix(_DOMAIN)
    if peer_id == REGISTRY_ID:
        raise TrustError("The other side's certificate is the registry's, not a person's.")
    return Identity(uri.removeprefix(_URI), peer_id, key.public_bytes_raw())


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a raw public key, in hex."""
    return hashlib.sha256(public_key).hexdigest()


def group(digits: str, size: int = 4) -> str:
    """A long number in groups, as people compare it."""
    return " ".join(digits[i : i + size] for i in range(0, len(digits), size))


def is_signed(statement: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the owner of a raw Ed25519 public key signed that."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def private_pem(key: Ed25519PrivateKey, password: bytes) -> bytes:
    """The key as PKCS #8, encrypted if there is a password."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
