"""Whose certificate it is: only what the registry's authority would make is a person's."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chat.errors import TrustError
from chat.net.certificates import Identity, fingerprint, group, host_name, private_pem, read_identity, subject_names
from chat.registry.authority import Authority

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()


def certificate(
    *names: x509.GeneralName, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey = KEY, extension: bool = True
) -> bytes:
    """A certificate with these names, self-signed."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if extension:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
    return builder.sign(KEY, None).public_bytes(serialization.Encoding.DER)


DNS, URI = x509.DNSName("f00.peer.invalid"), x509.UniformResourceIdentifier("p2pchat:bob")


def test_a_persons_certificate_is_read(authority: Authority) -> None:
    identity = Identity("bob", "f00", PUBLIC)
    assert read_identity(authority.certify(identity)) == identity
    assert read_identity(certificate(DNS, URI)) == identity


@pytest.mark.parametrize(
    "der",
    [
        None,
        b"",
        b"garbage",
        certificate(DNS),
        certificate(URI),
        certificate(DNS, DNS, URI),
        certificate(DNS, URI, URI),
        certificate(x509.DNSName("localhost"), URI),
        certificate(DNS, x509.UniformResourceIdentifier("https://bob")),
        certificate(DNS, URI, key=ec.generate_private_key(ec.SECP256R1())),
        certificate(extension=False),
    ],
)
def test_any_other_is_nobodys(der: bytes | None) -> None:
    with pytest.raises(TrustError, match="not a person's"):
        read_identity(der)


@pytest.mark.filterwarnings("ignore:Parsed a")
@pytest.mark.parametrize("bit", [1, 4, 128])
def test_a_damaged_one_is_one_sentence(bit: int) -> None:
    """The library has errors of many kinds for them: an unknown version, or kind of key."""
    whole = certificate(DNS, URI)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= bit
        with suppress(TrustError):  # a signature is not looked at here
            read_identity(bytes(damaged))


def test_the_registrys_is_nobodys() -> None:
    with pytest.raises(TrustError, match="registry's"):
        read_identity(certificate(x509.DNSName(host_name("registry")), URI))


def test_the_registry_has_no_persons_name(authority: Authority) -> None:
    (host,) = subject_names(Identity("", "registry", PUBLIC))
    assert host.value == "registry.peer.invalid"
    pem = authority.own_certificate.certificate.read_bytes()
    with pytest.raises(TrustError):
        read_identity(x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER))


def test_the_persons_name_is_in_no_dns_name() -> None:
    """DNS names travel in clear when they are dialled."""
    names = subject_names(Identity("bob", "f00", PUBLIC))
    assert names.get_values_for_type(x509.DNSName) == ["f00.peer.invalid"]


def test_a_fingerprint_is_of_the_key() -> None:
    assert fingerprint(PUBLIC) == hashlib.sha256(PUBLIC).hexdigest()


def test_numbers_are_grouped() -> None:
    assert group("0123456789") == "0123 4567 89"
    assert group("0123456789", 5) == "01234 56789"
    assert group("") == ""


def test_a_private_key_is_sealed_where_there_is_a_password(tmp_path: Path) -> None:
    sealed = private_pem(KEY, b"secret")
    assert b"ENCRYPTED" in sealed
    assert serialization.load_pem_private_key(sealed, b"secret").public_key() == KEY.public_key()
    with pytest.raises(ValueError, match="password"):
        serialization.load_pem_private_key(sealed, b"other")
    assert b"ENCRYPTED" not in private_pem(KEY, b"")
