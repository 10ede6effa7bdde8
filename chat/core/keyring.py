"""What is secret on this machine, and the password that opens it.

    password ── scrypt, salted with the registry's fingerprint and the name ──┬── proof: to the registry
                                                                              └── wrap: opens the keyring
    keyring: a random local key, sealed ──┬── opens identity.pem, the private key of the certificate
                                          └── opens the embedded database

The salt keeps a false registry from using a proof elsewhere; a new password would seal the same local
key anew. scrypt is RFC 7914, sealing is AES-256-GCM (NIST SP 800-38D), splitting is HKDF (RFC 5869).
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chat.errors import StorageFailure, UserError, reason
from chat.net.files import write_private

SCRYPT_N = 2**16  # 64 MiB and about 0.2 s
SCRYPT_R = 8
NONCE_BYTES = 12
KEY_BYTES = 32
TAG_BYTES = 16
VERSION = 1


@dataclass(frozen=True)
class PasswordKeys:
    """What a password is worth at one registry under one name; 32 bytes each."""

    proof: bytes
    wrap: bytes


def derive_keys(password: str, authority_fingerprint: str, name: str) -> PasswordKeys:
    """The keys of a password. Takes memory and time on purpose."""
    salt = hashlib.sha256(f"p2pchat\0{authority_fingerprint}\0{name}".encode()).digest()
    both = hashlib.scrypt(
        password.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=1, maxmem=256 * SCRYPT_N * SCRYPT_R + 2**20, dklen=64
    )
    return PasswordKeys(both[:32], both[32:])


@dataclass(frozen=True)
class Keyring:
    """The opened keyring: 32 random bytes, and what is derived of them."""

    local_key: bytes

    @classmethod
    def create(cls) -> "Keyring":
        """A new one."""
        return cls(os.urandom(KEY_BYTES))

    @property
    def database_key(self) -> bytes:
        """32 bytes for the embedded database."""
        return self._derived(b"database")

    def backup_key(self, salt: bytes) -> bytes:
        """32 bytes for the one backup that has this salt."""
        return HKDF(SHA256(), 32, salt=salt, info=b"p2pchat backup").derive(self.local_key)

    @property
    def identity_password(self) -> bytes:
        """What encrypts identity.pem."""
        return self._derived(b"identity").hex().encode()

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"p2pchat " + purpose).derive(self.local_key)


@dataclass(frozen=True)
class KeyringFile:
    """What stands in keyring.json; only `sealed` is secret, and that is sealed."""

    name: str
    registry: str
    authority_fingerprint: str
    sealed: bytes

    @classmethod
    def seal(
        cls, keyring: Keyring, wrap: bytes, *, name: str, registry: str, authority_fingerprint: str
    ) -> "KeyringFile":
        """A keyring that `wrap` opens."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(wrap).encrypt(nonce, keyring.local_key, name.encode())
        return cls(name, registry, authority_fingerprint, sealed)

    def open(self, password: str) -> tuple[Keyring, PasswordKeys]:
        """The keyring. UserError if it is not the password's."""
        keys = derive_keys(password, self.authority_fingerprint, self.name)
        nonce, sealed = self.sealed[:NONCE_BYTES], self.sealed[NONCE_BYTES:]
        try:
            return Keyring(AESGCM(keys.wrap).decrypt(nonce, sealed, self.name.encode())), keys
        except InvalidTag:
            raise UserError(f"That is not the password of {self.name}.") from None

    @classmethod
    def read(cls, path: Path) -> "KeyringFile":
        """The file at `path`. StorageFailure if it is none."""
        try:
            return cls.decode(path.read_bytes(), path)
        except OSError as error:
            raise StorageFailure(f"The keyring {path} cannot be read: {reason(error)}.") from None

    @classmethod
    def decode(cls, data: bytes, path: Path) -> "KeyringFile":
        """What `encode` made, from a file at `path`. StorageFailure if it is none."""
        try:
            values = json.loads(data)
            if values["version"] != VERSION:
                raise StorageFailure(f"{path} was written by another version of this program: update it.")
            sealed = bytes.fromhex(values["sealed"])
            if len(sealed) != NONCE_BYTES + KEY_BYTES + TAG_BYTES:
                raise ValueError("the sealed key is not whole")
            return cls(str(values["name"]), str(values["registry"]), str(values["authority_fingerprint"]), sealed)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StorageFailure(f"The keyring {path} cannot be read: {error}.") from None

    def write(self, path: Path) -> None:
        """Put it at `path`, readable by its owner alone."""
        write_private(path, self.encode())

    def encode(self) -> bytes:
        """It as JSON."""
        values = {
            "version": VERSION,
            "name": self.name,
            "registry": self.registry,
            "authority_fingerprint": self.authority_fingerprint,
            "sealed": self.sealed.hex(),
        }
        return json.dumps(values, indent=2).encode() + b"\n"
