"""What the password opens, and that nothing else does."""

import importlib.util
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import given
from hypothesis import strategies as st

from chat.core.keyring import Keyring, KeyringFile, derive_keys
from chat.errors import StorageFailure, UserError

REGISTRY = "ab" * 32

# As it was written by version 1 (with cheap passwords): what a user has on the disk is opened for ever.
GOLDEN = """{
  "version": 1,
  "name": "alice",
  "registry": "host:5530",
  "authority_fingerprint": "abababababababababababababababababababababababababababababababab",
  "sealed": "\
19551b477d01a7384ad6d9280ef908a5ab219521c9714ac9f206b93105c4be35fff568a07136f062404642bce88eeca5e858d1f79743b9fdf01701a5"
}"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture
def keyring(path: Path) -> Keyring:
    """A new one, sealed into a file with alice's password."""
    opened = Keyring.create()
    wrap = derive_keys("secret", REGISTRY, "alice").wrap
    seal(opened, wrap).write(path)
    return opened


def seal(keyring: Keyring, wrap: bytes) -> KeyringFile:
    return KeyringFile.seal(keyring, wrap, name="alice", registry="host:5530", authority_fingerprint=REGISTRY)


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


# Keys of a password


def test_the_keys_are_those_of_scrypt_at_its_full_cost() -> None:
    """Computed by another library too; the tests' own cheap passwords are got round by loading the module anew."""
    specification = importlib.util.find_spec("chat.core.keyring")
    assert specification is not None
    assert specification.loader is not None
    fresh: Any = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(fresh)
    assert fresh.SCRYPT_N == 2**16
    keys = fresh.derive_keys("pässword", REGISTRY, "alice")
    salt = sha256(b"p2pchat\0" + REGISTRY.encode() + b"\0alice").digest()
    expected = Scrypt(salt=salt, length=64, n=2**16, r=8, p=1).derive("pässword".encode())
    assert keys.proof + keys.wrap == expected


passwords = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)  # HMAC pads keys with NULs


@given(st.lists(st.tuples(passwords, st.text("0123abcd"), st.text("abc.-_")), min_size=2, unique=True))
def test_they_differ_for_each_password_registry_and_name(triples: list[tuple[str, str, str]]) -> None:
    keys = [derive_keys(*triple) for triple in triples]
    assert len({key for pair in keys for key in (pair.proof, pair.wrap)}) == 2 * len(triples)


def test_the_same_password_gives_the_same_keys() -> None:
    assert derive_keys("secret", REGISTRY, "alice") == derive_keys("secret", REGISTRY, "alice")


# Keys of the keyring


def test_each_purpose_has_its_own_key_and_keeps_it() -> None:
    """HKDF-SHA-256 of 32 zeros, as any other implementation gives it: databases are opened with these."""
    keyring = Keyring(bytes(32))
    assert keyring.database_key.hex() == "7228d390a9d2b4789836ac83abb5c872e3b417fb94c700cb1eec2ddcb2a79bcb"
    assert keyring.identity_password == b"64cbe6b718e32056fbcf345e3b520ddf49b83acd5b0a670b82058858528fc5f6"


def test_a_new_one_is_like_no_other() -> None:
    assert Keyring.create() != Keyring.create()
    assert len(Keyring.create().local_key) == 32


# The file


def test_the_password_opens_it(path: Path, keyring: Keyring) -> None:
    file = KeyringFile.read(path)
    assert (file.name, file.registry, file.authority_fingerprint) == ("alice", "host:5530", REGISTRY)
    assert file.open("secret") == (keyring, derive_keys("secret", REGISTRY, "alice"))


def test_another_password_does_not(path: Path, keyring: Keyring) -> None:
    for wrong in ("", "Secret", "secret ", "secre"):
        with pytest.raises(UserError, match=r"^That is not the password of alice\.$"):
            KeyringFile.read(path).open(wrong)


def test_nor_is_the_key_in_it(path: Path, keyring: Keyring) -> None:
    assert keyring.local_key.hex() not in path.read_text()


def test_sealed_twice_it_is_not_the_same(keyring: Keyring) -> None:
    wrap = bytes(32)
    assert seal(keyring, wrap).sealed != seal(keyring, wrap).sealed


def test_a_file_of_version_1_is_opened(path: Path) -> None:
    path.write_text(GOLDEN)
    opened, _ = KeyringFile.read(path).open("secret")
    assert opened.local_key == bytes(range(32))


@pytest.mark.parametrize("place", [0, 11, 12, 30, 43, 44, 59])
def test_a_changed_byte_is_noticed(path: Path, keyring: Keyring, place: int) -> None:
    sealed = bytearray(KeyringFile.read(path).sealed)
    assert len(sealed) == 60
    sealed[place] ^= 1
    change(path, sealed=sealed.hex())
    with pytest.raises(UserError, match="not the password"):
        KeyringFile.read(path).open("secret")


@pytest.mark.parametrize("changed", [{"name": "bob"}, {"authority_fingerprint": "cd" * 32}])
def test_so_are_changed_names(path: Path, keyring: Keyring, changed: dict[str, str]) -> None:
    change(path, **changed)
    with pytest.raises(UserError, match="not the password"):
        KeyringFile.read(path).open("secret")


def test_a_file_of_another_version_says_so(path: Path, keyring: Keyring) -> None:
    change(path, version=2)
    with pytest.raises(StorageFailure, match=r"keyring\.json was written by another version .*: update it\.$"):
        KeyringFile.read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{}",
        b"[]",
        b'"version"',
        b"null",
        b'{"version": 1}',
        b'{"version": 1, "name": "a", "registry": "h:1", "authority_fingerprint": "ab", "sealed": 7}',
        b'{"version": 1, "name": "a", "registry": "h:1", "authority_fingerprint": "ab", "sealed": "xy"}',
        b'{"version": 1, "name": "a", "registry": "h:1", "authority_fingerprint": "ab", "sealed": ""}',
        b'{"version": 1, "name": "a", "registry": "h:1", "authority_fingerprint": "ab", "sealed": "abcdef"}',
    ],
)
def test_what_is_no_keyring_is_said_to_be_none(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StorageFailure, match=r"^The keyring .*keyring\.json cannot be read: .*\.$"):
        KeyringFile.read(path)


def test_nor_is_one_that_is_not_there(path: Path) -> None:
    with pytest.raises(StorageFailure, match="cannot be read"):
        KeyringFile.read(path)


@pytest.fixture(params=[0o000, 0o022, 0o777])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_only_its_owner_can_read_it_whatever_the_umask(path: Path) -> None:
    path.write_text("an older one that everybody could read")
    path.chmod(0o644)
    seal(Keyring.create(), bytes(32)).write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
