"""A bare dial to somebody's listener, and what is said there first."""

import socket
from contextlib import suppress

from chat.core.credentials import Credentials
from chat.net.certificates import host_name
from chat.net.deadline import Deadline
from chat.net.tls import ALPN_CHAT, handshake
from tests.people import PATIENCE_S, Person


def first_words(of: Person, caller: Credentials) -> bytes:
    """What `of` says to whoever dials with these credentials; nothing if the line is ended without a word."""
    sock = socket.create_connection(("127.0.0.1", of.node.listening_port), PATIENCE_S)
    name = host_name(of.node.credentials.identity.peer_id)
    with handshake(sock, caller.for_dialling[ALPN_CHAT], Deadline(PATIENCE_S), server_name=name) as tls:
        tls.settimeout(PATIENCE_S)
        with suppress(ConnectionError):
            return tls.recv(1000)
    return b""
