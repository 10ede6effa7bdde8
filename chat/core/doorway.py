"""The way in and out for connections with peers: listening, dialling, handshakes, and who is let through.

Handshakes happen in short-lived threads of their own, a bounded number at a time, so that neither a
silent caller nor a slow host holds up anybody.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from chat.core.credentials import Credentials
from chat.core.journal import Refusal
from chat.core.reading import reading
from chat.core.trust import KeyChanged, meet
from chat.core.writer import Writer
from chat.errors import ChatError, NetworkError, TrustError
from chat.net.addresses import is_ip, source_of
from chat.net.certificates import Identity, host_name, read_identity
from chat.net.deadline import Deadline
from chat.net.dialing import dial
from chat.net.door import Door
from chat.net.limits import Places, TokenBucket
from chat.net.listener import Listener
from chat.net.threads import start_thread
from chat.net.tls import handshake
from chat.wire.names import fold_name
from chat.wire.registry import Presence
from db.pool import Pool
from db.users import User, find_user

STRANGERS_AT_ONCE = 64
STRANGERS_PER_ADDRESS = 16
SILENT_AT_ONCE = 256
SILENT_PER_ADDRESS = 32
CALLS_PER_S = 10.0
CALLS_AT_ONCE = 100
DIALS_AT_ONCE = 8
DIAL_TIMEOUT_S = 20.0


class Whereabouts(Protocol):
    """What is known of the world, at any time, by any thread."""

    def turns_away(self, name: str) -> bool:
        """Whether nothing is exchanged with `name` now."""

    @property
    def roster(self) -> Mapping[str, Presence]:
        """Who can be found where, by the registry."""

    @property
    def signed_in(self) -> bool:
        """Whether the roster is of now."""

    def registered_key(self, name: str) -> bytes | None:
        """The key that the registry has for `name`, empty if it has none; None if it cannot be asked."""

    def key_changed(self, change: KeyChanged) -> None:
        """Somebody came with another key."""


Guest = Callable[[Identity, ssl.SSLSocket, Callable[[], None]], None]


class Doorway:
    """Any thread may call. `on_guest(identity, tls, settled)` gets what comes in, in the handshake's thread.

    A guest counts as a stranger until `settled` is called.
    """

    def __init__(
        self, credentials: Credentials, writer: Writer, pool: Pool, whereabouts: Whereabouts, on_guest: Guest
    ) -> None:
        self._credentials = credentials
        self._writer = writer
        self._pool = pool
        self._whereabouts = whereabouts
        self._on_guest = on_guest
        self._calls = TokenBucket(CALLS_PER_S, CALLS_AT_ONCE)
        self._silent = Places(SILENT_AT_ONCE, SILENT_PER_ADDRESS)
        self._door = Door(places=STRANGERS_AT_ONCE, per_address=STRANGERS_PER_ADDRESS)
        self._dials = threading.BoundedSemaphore(DIALS_AT_ONCE)
        self._listener: Listener | None = None

    def listen(self, address: tuple[str, int]) -> None:
        """Take connections from peers."""
        self._listener = Listener(address, self._accepted)

    @property
    def address(self) -> tuple[str, int]:
        """Where that is; port 0 while it is nowhere."""
        listener = self._listener  # another thread may stop it just now
        return listener.address if listener else ("", 0)

    def stop_listening(self) -> None:
        """Take none any more."""
        if self._listener:
            self._listener.close()
        self._listener = None

    def turns_away(self, name: str) -> bool:
        """Whether nothing is exchanged with `name` now: we are hidden, or that person is blocked."""
        return self._whereabouts.turns_away(name)

    def may_dial(self, name: str) -> bool:
        """Whether it is worth trying: the registry says that `name` is there, or is itself away."""
        if self.turns_away(name):
            return False
        presence = self._whereabouts.roster.get(name)
        return not self._whereabouts.signed_in or (presence is not None and presence.online)

    def reach(self, name: str, purpose: str) -> tuple[Identity, ssl.SSLSocket]:
        """A connection to `name` for a purpose (an ALPN), with the key that is trusted. Blocks for a while.

        Raises NetworkError where nobody answers, TrustError where somebody else does.
        """
        with self._dials:
            deadline = Deadline(DIAL_TIMEOUT_S)
            with reading(self._pool) as connection:
                user = find_user(connection, name)
            peer_id, addresses = self._candidates(name, user)
            sock = dial(addresses, deadline)
            context = self._credentials.for_dialling[purpose]
            tls = handshake(sock, context, deadline, server_name=host_name(peer_id))
        identity = self._let_through(tls)
        if identity.name != name:
            tls.close()
            raise TrustError(f"{identity.name} answered where {name} was dialled.")
        return identity, tls

    def _candidates(self, name: str, user: User | None) -> tuple[str, list[tuple[str, int]]]:
        presence = self._whereabouts.roster.get(name)
        if self._whereabouts.signed_in and presence is not None and presence.online:
            numbers = [address for address in presence.addresses if is_ip(address)]  # no name server is asked for it
            return presence.peer_id, [(address, presence.port) for address in numbers]
        if user is None or not user.peer_id or not user.port:
            raise NetworkError(f"No address of {name} is known.")
        return user.peer_id, [(user.ip, user.port)]

    def _accepted(self, sock: socket.socket, ip: str) -> None:
        source = source_of(ip)
        if not (self._calls.take(source, time.monotonic()) and self._silent.take(source)):
            sock.close()
            return
        try:
            start_thread(self._accept, f"handshake {ip}", sock, source)
        except RuntimeError:  # the system has no more threads
            self._silent.give_back(source)
            raise

    def _accept(self, sock: socket.socket, source: str) -> None:
        try:
            self._door.enter(sock, source)
        except NetworkError:
            sock.close()
            return
        finally:
            self._silent.give_back(source)
        settled = _Once(lambda: self._door.leave(source))
        tls: ssl.SSLSocket | None = None
        try:
            tls = self._door.shake(sock, self._credentials.for_listening)
            self._on_guest(self._let_through(tls), tls, settled)
        except BaseException as error:
            settled()
            if tls is not None:
                tls.close()
            if not isinstance(error, ChatError):  # a stranger's failure is nobody's business
                raise

    def _let_through(self, tls: ssl.SSLSocket) -> Identity:
        """Who is there, if that person's key is the one trusted; else it is closed without a word."""
        try:
            identity = read_identity(tls.getpeercert(binary_form=True))
            if identity.name != fold_name(identity.name):
                raise Refusal("A name that no registry of ours gives.")
            if self.turns_away(identity.name):
                raise Refusal(f"Nothing is exchanged with {identity.name} now.")
            self._check_first_key(identity)
            self._writer.call(lambda tx: meet(tx, identity))
        except ChatError as error:
            tls.close()
            if isinstance(error, KeyChanged):
                self._whereabouts.key_changed(error)
                raise NetworkError(str(error)) from None  # told already, and louder
            raise
        return identity

    def _check_first_key(self, identity: Identity) -> None:
        """Refusal for somebody not met yet whose key the registry has replaced: its certificate may still run."""
        with reading(self._pool) as connection:
            user = find_user(connection, identity.name)
        if user is None or not user.public_key:
            key = self._whereabouts.registered_key(identity.name)
            if key not in (None, identity.public_key):
                raise Refusal(f"The registry has another key of {identity.name}.")


class _Once:
    """Calls an action the first time only, whichever thread comes first."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._lock = threading.Lock()
        self._done = False

    def __call__(self) -> None:
        with self._lock:
            if self._done:
                return
            self._done = True
        self._action()
