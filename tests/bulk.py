"""Connections for files: two ends, each for a thread of its own."""

import ssl
from pathlib import Path

from chat.net.bulk import BulkConnection
from chat.net.certificates import host_name
from chat.net.tls import ALPN_TRANSFER, dialling_context, listening_context
from chat.registry.authority import Authority
from tests.net.links import shake
from tests.net.pki import certificate_for


class BulkPairs:
    """Alice dials, bob listens."""

    def __init__(self, folder: Path) -> None:
        authority = Authority(folder)
        alice = certificate_for(folder, authority, "alice", "a11ce")
        bob = certificate_for(folder, authority, "bob", "b0b")
        self._near = dialling_context(ALPN_TRANSFER, authority.pem, alice)
        self._far = listening_context([ALPN_TRANSFER], authority.pem, bob)
        self._made: list[ssl.SSLSocket] = []

    def sockets(self) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
        one, other = shake(self._near, self._far, host_name("b0b"))
        assert isinstance(one, ssl.SSLSocket)
        assert isinstance(other, ssl.SSLSocket)
        self._made += [one, other]
        return one, other

    def make(self) -> tuple[BulkConnection, BulkConnection]:
        one, other = self.sockets()
        return BulkConnection(one), BulkConnection(other)

    def close(self) -> None:
        """Whatever a test left open."""
        while self._made:
            self._made.pop().close()
