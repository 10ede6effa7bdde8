"""An authority, and contexts of people that it certified."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.net.certificates import host_name
from chat.net.connection import Connection
from chat.net.tls import ALPN_CHAT, dialling_context, listening_context
from chat.registry.authority import Authority
from tests.net.links import shake
from tests.net.pki import certificate_for

Pair = Callable[[], tuple[Connection, Connection]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def connections(authority: Authority, tmp_path: Path) -> Pair:
    """Makes two ends of a connection."""
    alice = certificate_for(tmp_path, authority, "alice", "a11ce")
    bob = certificate_for(tmp_path, authority, "bob", "b0b")
    near = dialling_context(ALPN_CHAT, authority.pem, alice)
    far = listening_context([ALPN_CHAT], authority.pem, bob)

    def make() -> tuple[Connection, Connection]:
        one, other = shake(near, far, host_name("b0b"))
        assert isinstance(one, ssl.SSLSocket)
        assert isinstance(other, ssl.SSLSocket)
        return Connection(one), Connection(other)

    return make
