"""Certificates for tests: an authority, and people who have one of its certificates."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chat.net.certificates import Identity, private_pem
from chat.net.tls import OwnCertificate
from chat.registry import authority
from chat.registry.authority import Authority


def certificate_for(
    folder: Path, issuer: Authority, name: str, peer_id: str = "f00d", *, expired: bool = False
) -> OwnCertificate:
    """Files with a new key and the issuer's certificate for it."""
    key = Ed25519PrivateKey.generate()
    identity = Identity(name, peer_id, key.public_key().public_bytes_raw())
    with pytest.MonkeyPatch.context() as patch:
        if expired:
            patch.setattr(authority, "PERSON_DAYS", -1)
            patch.setattr(authority, "BACKDATED", timedelta(days=40))
        der = issuer.certify(identity)
    files = OwnCertificate(folder / f"{name}-{peer_id}-{expired}.crt", folder / f"{name}-{peer_id}-{expired}.key")
    pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
    files.certificate.write_bytes(pem)
    files.key.write_bytes(private_pem(key, b""))
    return files
