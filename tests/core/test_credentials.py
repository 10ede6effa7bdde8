"""What we show to others, that it is replaced whole or not at all, and whose word the authority's is."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core.credentials import PEER_PURPOSES, Credentials
from chat.core.home import Home
from chat.core.keyring import Keyring
from chat.errors import StorageFailure, TrustError
from chat.net.certificates import Identity, host_name, read_identity
from chat.net.tls import ALPN_CHAT, ALPN_TRANSFER, dialling_context, listening_context
from chat.registry.authority import Authority
from chat.wire.registry import Revoked, revocation_statement
from tests.certificates import make_certificate
from tests.core.homes import an_authority, new_identity, settle

WHEN = "2026-01-31T23:59:59.123Z"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return an_authority(tmp_path / "registry")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "alice")


@pytest.fixture
def keyring(home: Home, authority: Authority) -> Keyring:
    return settle(home, authority)


@pytest.fixture
def credentials(home: Home, keyring: Keyring) -> Credentials:
    return Credentials(home, keyring)


def shake(dialler: ssl.SSLContext, listener: ssl.SSLContext, name: str) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """A handshake in memory."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = dialler.wrap_bio(back, there, server_hostname=name)
    far = listener.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (near, far):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return near, far


def shown(credentials: Credentials, authority: Authority) -> set[bytes]:
    """The certificates that each of the contexts shows."""
    files = authority.own_certificate
    found = set()
    for purpose, context in (("p2pchat-registry/1", credentials.for_registry), *credentials.for_dialling.items()):
        _, far = shake(context, listening_context([purpose], authority.pem, files), host_name("registry"))
        assert far.selected_alpn_protocol() == purpose
        found.add(far.getpeercert(binary_form=True))
    for purpose in PEER_PURPOSES:
        own_name = host_name(credentials.identity.peer_id)
        near, _ = shake(dialling_context(purpose, authority.pem, files), credentials.for_listening, own_name)
        assert near.selected_alpn_protocol() == purpose
        found.add(near.getpeercert(binary_form=True))
    return {der for der in found if der}


def test_we_are_who_our_certificate_says(credentials: Credentials, authority: Authority) -> None:
    assert (credentials.identity.name, credentials.identity.peer_id) == ("alice", "a11ce")
    assert credentials.registry_fingerprint == authority.fingerprint
    (der,) = shown(credentials, authority)
    assert read_identity(der) == credentials.identity


def test_there_is_a_context_for_each_purpose(credentials: Credentials) -> None:
    assert set(credentials.for_dialling) == {ALPN_CHAT, ALPN_TRANSFER}
    contexts = [*credentials.for_dialling.values(), credentials.for_registry, credentials.for_listening]
    assert all(context.verify_mode == ssl.CERT_REQUIRED for context in contexts)


# Renewal


def test_a_new_certificate_is_shown_from_then_on_and_after_a_restart(
    credentials: Credentials, authority: Authority, home: Home, keyring: Keyring
) -> None:
    (before,) = shown(credentials, authority)
    renewed = authority.certify(credentials.identity)
    credentials.renew(renewed)
    assert before != renewed
    assert shown(credentials, authority) == {renewed}
    assert shown(Credentials(home, keyring), authority) == {renewed}


def another_key(own: Identity) -> Identity:
    other, _ = new_identity()
    return Identity(own.name, own.peer_id, other.public_key)


def another_name(own: Identity) -> Identity:
    return Identity("mallory", own.peer_id, own.public_key)


def another_id(own: Identity) -> Identity:
    return Identity(own.name, "b0b", own.public_key)


@pytest.mark.parametrize("whose", [another_key, another_name, another_id])
def test_one_that_is_not_ours_is_refused_and_changes_nothing(
    credentials: Credentials, authority: Authority, home: Home, whose: Callable[[Identity], Identity]
) -> None:
    before = home.certificate.read_bytes(), shown(credentials, authority)
    with pytest.raises(TrustError, match=r"^The registry gave a certificate for \w+, which is not ours\.$"):
        credentials.renew(authority.certify(whose(credentials.identity)))
    assert (home.certificate.read_bytes(), shown(credentials, authority)) == before


@pytest.mark.parametrize("garbage", [b"", b"\x30\x03\x02\x01\x01", b"not DER at all"])
def test_nor_is_garbage_taken(credentials: Credentials, home: Home, garbage: bytes) -> None:
    before = home.certificate.read_bytes()
    with pytest.raises(TrustError):
        credentials.renew(garbage)
    assert home.certificate.read_bytes() == before


# Revocations


def revoked(authority: Authority, **changes: object) -> Revoked:
    """A key of bob's that the authority declared void, with something changed after it signed."""
    statement = revocation_statement("bob", bytes(32), WHEN)
    values = {"name": "bob", "public_key": bytes(32), "time": WHEN, "signature": authority.sign(statement)}
    return Revoked(**{**values, **changes})  # type: ignore[arg-type]


def test_the_authoritys_own_word_counts(credentials: Credentials, authority: Authority) -> None:
    assert credentials.is_revoked(revoked(authority))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "bobby"},
        {"public_key": bytes(31) + b"\1"},
        {"time": "2026-01-31T23:59:59.124Z"},
        {"signature": bytes(64)},
    ],
)
def test_a_changed_one_does_not(credentials: Credentials, authority: Authority, changes: dict[str, object]) -> None:
    assert not credentials.is_revoked(revoked(authority, **changes))


def test_nor_that_of_another_authority(credentials: Credentials, tmp_path: Path) -> None:
    assert not credentials.is_revoked(revoked(an_authority(tmp_path / "elsewhere")))


# A home that was damaged


@pytest.mark.parametrize("file", ["identity", "certificate", "authority"])
@pytest.mark.parametrize("damage", ["absent", "empty", "no PEM", "cut off", "no text"])
def test_a_damaged_file_is_named(home: Home, keyring: Keyring, file: str, damage: str) -> None:
    path: Path = getattr(home, file)
    whole = path.read_bytes()
    path.unlink()
    if damage != "absent":
        damaged = {"empty": b"", "no PEM": b"keys", "cut off": whole[: len(whole) // 2], "no text": b"\xff" * 100}
        path.write_bytes(damaged[damage])
    with pytest.raises(
        StorageFailure, match=rf"{home.path}.* cannot be (read|used): .*\. Put a copy back, or enrol anew"
    ):
        Credentials(home, keyring)


def test_another_keyring_does_not_open_the_key(home: Home, keyring: Keyring) -> None:
    with pytest.raises(StorageFailure, match="cannot be used"):
        Credentials(home, Keyring.create())


def test_a_certificate_for_another_key_does_not_fit(home: Home, keyring: Keyring, authority: Authority) -> None:
    other, _ = new_identity()
    der = authority.certify(other)
    home.certificate.write_text(ssl.DER_cert_to_PEM_cert(der))
    with pytest.raises(StorageFailure, match="cannot be used"):
        Credentials(home, keyring)


def test_an_authority_with_a_key_of_another_kind_is_not_used(home: Home, keyring: Keyring, tmp_path: Path) -> None:
    home.authority.write_bytes(make_certificate(tmp_path, "foreign", "127.0.0.1").read_bytes())
    with pytest.raises(TrustError, match=r"^The registry's authority has no Ed25519 key\.$"):
        Credentials(home, keyring)


def test_an_authority_that_somebody_put_there(home: Home, credentials: Credentials, authority: Authority) -> None:
    credentials.check_authority(authority.fingerprint)
    with pytest.raises(TrustError, match=r"authority\.pem is not of the registry that you enrolled with"):
        credentials.check_authority("ab" * 32)
