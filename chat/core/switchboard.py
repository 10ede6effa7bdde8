"""Who is talking to whom: conversations by name, and the way in and out for connections.

Handshakes happen in short-lived threads of their own, a bounded number at a time; what comes of them,
whichever side dialled, is handed to the conversation with that peer.
"""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from chat.core.conversation import Conversation
from chat.core.credentials import Credentials
from chat.core.journal import Refusal
from chat.core.reading import reading
from chat.core.surroundings import Endable, NewConnection, Surroundings
from chat.core.trust import KeyChanged, meet
from chat.core.writer import Writer
from chat.errors import ChatError, NetworkError, TrustError
from chat.net.certificates import Identity, host_name, read_identity
from chat.net.connection import Connection
from chat.net.deadline import Deadline
from chat.net.dialing import dial
from chat.net.limits import Places
from chat.net.listener import Listener
from chat.net.threads import start_thread
from chat.net.tls import HANDSHAKE_TIMEOUT_S, handshake
from chat.wire.registry import Presence
from db.pool import Pool
from db.streams import find_outbound, names_with_pending
from db.users import User, find_user

STRANGERS_AT_ONCE = 64
STRANGERS_PER_ADDRESS = 16
DIALS_AT_ONCE = 8
DIAL_TIMEOUT_S = 20.0


class Whereabouts(Protocol):
    """What the switchboard asks about the world."""

    hidden: bool

    @property
    def roster(self) -> Mapping[str, Presence]:
        """Who can be found where, by the registry."""

    @property
    def signed_in(self) -> bool:
        """Whether the roster is of now."""

    def key_changed(self, change: KeyChanged) -> None:
        """Somebody came with another key."""


class Switchboard:
    """Any thread may call. One lock guards the table of conversations, never across I/O."""

    def __init__(
        self,
        credentials: Credentials,
        writer: Writer,
        pool: Pool,
        whereabouts: Whereabouts,
        surroundings: Callable[[], Surroundings],
    ) -> None:
        self._credentials = credentials
        self._writer = writer
        self._pool = pool
        self._whereabouts = whereabouts
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._conversations: dict[str, Conversation] = {}
        self._strangers = Places(STRANGERS_AT_ONCE, STRANGERS_PER_ADDRESS)
        self._dials = threading.BoundedSemaphore(DIALS_AT_ONCE)
        self._listener: Listener | None = None
        self._closed = False

    # Where we can be dialled

    def listen(self, address: tuple[str, int]) -> None:
        """Take connections from peers."""
        self._listener = Listener(address, self._accepted)

    @property
    def address(self) -> tuple[str, int]:
        """Where that is; port 0 while it is nowhere."""
        return self._listener.address if self._listener else ("", 0)

    def stop_listening(self) -> None:
        """Take none any more."""
        if self._listener:
            self._listener.close()
        self._listener = None

    # Conversations

    def composed(self, name: str) -> None:
        """There is something for `name` in the outbox."""
        self._conversation(name, Conversation.composed)

    def news(self, name: str) -> None:
        """`name` may have come within reach: try at once if there is something to deliver."""
        with self._lock:
            known = self._conversations.get(name)
        if known is not None:
            known.news()
            return
        with reading(self._pool) as connection:
            row = find_outbound(connection, name)
        if row is not None and row.acked < row.last_seq:
            self.composed(name)

    def deliver_all(self) -> None:
        """Try everyone for whom there is something in the outbox."""
        with reading(self._pool) as connection:
            names = names_with_pending(connection)
        for name in names:
            self.composed(name)
            self.news(name)

    def end(self, name: str) -> None:
        """Hang up on `name`."""
        with self._lock:
            conversation = self._conversations.get(name)
        if conversation is not None:
            conversation.end()
            conversation.thread.join()

    def end_all(self) -> None:
        """Hang up on everybody."""
        with self._lock:
            conversations = list(self._conversations.values())
        for conversation in conversations:
            conversation.end()
        for conversation in conversations:
            conversation.thread.join()

    def close(self) -> None:
        """End for good."""
        self._closed = True
        self.stop_listening()
        self.end_all()

    def try_to_end(self, conversation: Endable, *, anyway: bool) -> bool:
        """Take a conversation out of the table, which its thread asks for before it ends."""
        with self._lock:
            if self._conversations.get(conversation.name) is not conversation:
                return True
            if conversation.has_work and not anyway:
                return False
            del self._conversations[conversation.name]
            return True

    def _conversation(self, name: str, tell: Callable[[Conversation], None]) -> None:
        """Tell the conversation with `name` something; it is begun if there is none."""
        with self._lock:
            conversation = self._conversations.get(name)
            if conversation is None:
                if self._closed:
                    return
                conversation = self._conversations[name] = Conversation(name, self._surroundings())
                conversation.thread.start()
            tell(conversation)

    # Connections

    def may_dial(self, name: str) -> bool:
        """Whether it is worth trying: the registry says that `name` is there, or is itself away."""
        if self._whereabouts.hidden or self._closed:
            return False
        presence = self._whereabouts.roster.get(name)
        return not self._whereabouts.signed_in or (presence is not None and presence.online)

    def dial(self, name: str) -> None:
        """Try to reach `name`, in a thread of its own."""
        start_thread(self._dial, f"dialling {name}", name)

    def _dial(self, name: str) -> None:
        try:
            with self._dials:
                deadline = Deadline(DIAL_TIMEOUT_S)
                with reading(self._pool) as connection:
                    user = find_user(connection, name)
                peer_id, addresses = self._candidates(name, user)
                sock = dial(addresses, deadline)
                tls = handshake(sock, self._credentials.for_dialling, deadline, server_name=host_name(peer_id))
            identity = self._identify(tls)
            if identity.name != name:
                tls.close()
                raise TrustError(f"{identity.name} answered where {name} was dialled.")
            new = NewConnection(identity, self._known(identity, Connection(tls)), os.urandom(16), lambda: None)
        except Exception as error:  # noqa: BLE001 - the conversation is told, and tries again later
            failure = error if isinstance(error, ChatError) else NetworkError(str(error))
            self._conversation(name, lambda conversation: conversation.dial_failed(failure))
        else:
            self._conversation(name, lambda conversation: conversation.connected(new))

    def _candidates(self, name: str, user: User | None) -> tuple[str, list[tuple[str, int]]]:
        presence = self._whereabouts.roster.get(name)
        if self._whereabouts.signed_in and presence is not None and presence.online:
            return presence.peer_id, [(address, presence.port) for address in presence.addresses]
        if user is None or not user.peer_id or not user.port:
            raise NetworkError(f"No address of {name} is known.")
        return user.peer_id, [(user.ip, user.port)]

    def _accepted(self, sock: socket.socket, ip: str) -> None:
        if not self._strangers.take(ip):
            sock.close()
            return
        start_thread(self._accept, f"handshake {ip}", sock, ip)

    def _accept(self, sock: socket.socket, ip: str) -> None:
        settled = _Once(lambda: self._strangers.give_back(ip))
        try:
            tls = handshake(sock, self._credentials.for_listening, Deadline(HANDSHAKE_TIMEOUT_S))
            identity = self._identify(tls)
            new = NewConnection(identity, self._known(identity, Connection(tls)), b"", settled)
            self._conversation(identity.name, lambda conversation: conversation.connected(new))
        except ChatError:
            settled()  # a stranger's failure is nobody's business

    def _identify(self, tls: object) -> Identity:
        try:
            return read_identity(tls.getpeercert(binary_form=True))  # type: ignore[attr-defined]
        except TrustError:
            tls.close()  # type: ignore[attr-defined]
            raise

    def _known(self, identity: Identity, connection: Connection) -> Connection:
        """The connection, if that person's key is the one trusted; else it is closed without a word."""
        try:
            if self._whereabouts.hidden:
                raise Refusal("Hidden: nobody is met.")
            self._writer.call(lambda tx: meet(tx, identity))
        except ChatError as error:
            connection.close()
            if isinstance(error, KeyChanged):
                self._whereabouts.key_changed(error)
            elif not isinstance(error, Refusal):
                raise
            raise NetworkError(str(error)) from None
        return connection


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
