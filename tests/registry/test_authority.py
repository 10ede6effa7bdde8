"""The authority: what it signs, and that it outlives its process."""

import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chat.errors import StorageFailure, UserError
from chat.net.certificates import Identity, read_identity
from chat.registry.authority import PERSON_DAYS, Authority, proven_key, random_peer_id

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
IDENTITY = Identity("bob", "b0b", PUBLIC)


def test_it_is_the_same_after_a_restart(tmp_path: Path) -> None:
    before, after = Authority(tmp_path), Authority(tmp_path)
    assert before.fingerprint == after.fingerprint
    assert before.pem == after.pem
    key = after._certificate.public_key()
    assert isinstance(key, Ed25519PublicKey)
    key.verify(before.sign(b"statement"), b"statement")


def test_its_files_are_private(tmp_path: Path) -> None:
    Authority(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()} == {0o600}


@pytest.mark.parametrize("damage", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    Authority(tmp_path)
    (tmp_path / "authority.pem").write_bytes(damage)
    with pytest.raises(StorageFailure, match="cannot be read"):
        Authority(tmp_path)


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    Authority(tmp_path)
    file = tmp_path / "authority.pem"
    certificate = file.read_bytes().split(b"-----END PRIVATE KEY-----\n")[1]
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(key + certificate)
    with pytest.raises(StorageFailure, match="no Ed25519 key"):
        Authority(tmp_path)


def test_a_persons_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    der = authority.certify(IDENTITY)
    certificate = x509.load_der_x509_certificate(der)
    assert read_identity(der) == IDENTITY
    certificate.verify_directly_issued_by(authority._certificate)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not constraints.value.ca
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    days = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=PERSON_DAYS - 1) < days <= timedelta(days=PERSON_DAYS)
    assert certificate.not_valid_before_utc <= datetime.now(UTC) - timedelta(hours=23)  # for a clock that is behind
    assert "bob" not in str(certificate.subject)


def request(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    algorithm = hashes.SHA256() if isinstance(key, ec.EllipticCurvePrivateKey) else None
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.DER)


def test_a_request_proves_its_key() -> None:
    assert proven_key(request(KEY)) == PUBLIC


@pytest.mark.parametrize("change", [b"", b"garbage", request(ec.generate_private_key(ec.SECP256R1()))])
def test_a_request_that_proves_none(change: bytes) -> None:
    with pytest.raises(UserError, match="does not prove"):
        proven_key(change)


def test_a_request_for_anothers_key() -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(UserError, match="does not prove"):
        proven_key(request(KEY).replace(PUBLIC, other))


@pytest.mark.parametrize("bit", [1, 4, 128])
def test_a_damaged_request_is_one_sentence(bit: int) -> None:
    """The library has errors of many kinds for them: an unknown version, or kind of key."""
    whole = request(KEY)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= bit
        with suppress(UserError):  # the padding of the signature may be changed
            proven_key(bytes(damaged))


def test_ids_tell_nothing_and_are_never_the_registrys() -> None:
    ids = {random_peer_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(peer_id) == 20 and set(peer_id) <= set("0123456789abcdef") for peer_id in ids)
