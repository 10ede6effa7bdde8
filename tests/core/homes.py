"""Homes that are enrolled without a registry: the authority is asked directly."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chat.core.enrolment import write_certificate
from chat.core.home import Home
from chat.core.keyring import Keyring
from chat.net.certificates import Identity, private_pem
from chat.registry.authority import Authority


def new_identity(name: str = "alice", peer_id: str = "a11ce") -> tuple[Identity, Ed25519PrivateKey]:
    """Somebody with a key of their own."""
    key = Ed25519PrivateKey.generate()
    return Identity(name, peer_id, key.public_key().public_bytes_raw()), key


def settle(home: Home, authority: Authority, name: str = "alice", peer_id: str = "a11ce") -> Keyring:
    """Put key and certificates into a home, as an enrolment does."""
    identity, key = new_identity(name, peer_id)
    keyring = Keyring.create()
    home.identity.write_bytes(private_pem(key, keyring.identity_password))
    write_certificate(home, authority.certify(identity))
    home.authority.write_text(authority.pem)
    return keyring


def an_authority(folder: Path) -> Authority:
    folder.mkdir(exist_ok=True)
    return Authority(folder)
