"""Where callers come in: at most so many stand in it, and none of them holds up the others.

In TLS the caller speaks first. So a place is taken only once something has come, and whoever stays silent
costs a thread for FIRST_BYTES_S and nothing else; a place is held for one handshake's deadline at most.
What a handshake costs is computing, and that is done a step at a time by no more threads than there are
processors: a caller that pauses in the middle is waited for without holding anything that others need,
and those who are in already are answered in between.
"""

import os
import selectors
import socket
import ssl
import threading

from chat.errors import NetworkError
from chat.net.connection import Selector
from chat.net.deadline import Deadline
from chat.net.limits import Places
from chat.net.tls import handshake

FIRST_BYTES_S = 3.0
HANDSHAKE_TIMEOUT_S = 5.0


class Door:
    """Any thread may call. Whoever entered must leave."""

    def __init__(self, *, places: int, per_address: int) -> None:
        self._places = Places(places, per_address)
        self._turns = threading.Semaphore(max(2, os.cpu_count() or 2))

    def enter(self, sock: socket.socket, address: str) -> None:
        """Take a place once the caller has spoken. NetworkError if it does not, or if there is none."""
        deadline = Deadline(FIRST_BYTES_S)
        with Selector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            while not selector.select(deadline.remaining()):
                pass
        if not self._places.take(address):
            raise NetworkError("Too many are at the door.")

    def shake(self, sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """The handshake with a caller that entered. Errors as those of `handshake`."""
        return handshake(sock, context, Deadline(HANDSHAKE_TIMEOUT_S), turns=self._turns)

    def leave(self, address: str) -> None:
        """Give the place back."""
        self._places.give_back(address)
