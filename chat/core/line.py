"""The line to the registry: a thread that keeps one connection, signed in, and the roster of who is where.

Others ask through `ask` and read `roster`, an immutable snapshot that is replaced at each change. When
the line is down it is tried again with growing, jittered pauses; conversations go on without it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from chat.core.backoff import Backoff
from chat.core.credentials import Credentials
from chat.core.enrolment import explain_trust
from chat.errors import (
    ChatError,
    NetworkError,
    ProtocolError,
    RemoteProtocolError,
    StorageFailure,
    TrustError,
    UserError,
)
from chat.net.addresses import format_address
from chat.net.certificates import REGISTRY_ID, host_name
from chat.net.connection import Connection, Poller
from chat.net.deadline import Deadline
from chat.net.dialing import dial
from chat.net.threads import DaemonThread
from chat.net.tls import handshake
from chat.wire import registry as wire
from chat.wire.registry import Presence
from chat.wire.rooms import RoomMember, RoomPush, RoomState, YourRooms
from chat.wire.session import RegistryProtocol

CONNECT_TIMEOUT_S = 15.0
ASK_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 2.0
RENEW_EVERY_S = 24 * 3600.0

A = TypeVar("A")
Build = Callable[[int], wire.Request]


@dataclass(frozen=True)
class SignInFacts:
    """What is said at sign-in."""

    port: int
    addresses: tuple[str, ...]
    hidden: bool
    blocked: tuple[str, ...]
    watched: tuple[str, ...]


@dataclass(frozen=True)
class LineEvents:
    """Whom the line tells; called by its thread, must not block. A ChatError breaks the line; `lost` raises none."""

    signed_in: Callable[[], None]
    lost: Callable[[ChatError, bool], None]  # True: for good, the line is not tried again
    presence: Callable[[Presence], None]
    revoked: Callable[[wire.Revoked], None]
    room: Callable[[RoomPush], None]


class Line:
    """Owns the connection to the registry. All methods but the private ones are for other threads."""

    def __init__(
        self,
        address: tuple[str, int],
        credentials: Credentials,
        facts: Callable[[], SignInFacts],
        events: LineEvents,
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._facts = facts
        self._events = events
        self._poller = Poller()
        self._stopping = False
        self._requests: deque[tuple[Build, Future[Any]]] = deque()
        self._waiting: dict[int, tuple[wire.Request, Future[Any]]] = {}
        self._number = 0
        self._backoff = Backoff()
        self._first_try = threading.Event()
        self._thread = DaemonThread(self._run, "registry line")
        self.signed_in = False
        self.local_ip = ""
        self.roster: Mapping[str, Presence] = MappingProxyType({})

    def start(self) -> None:
        """Begin to keep the line."""
        self._thread.start()

    def wait_first_try(self) -> bool:
        """Wait until the first sign-in has succeeded or failed; whether it succeeded."""
        self._first_try.wait(CONNECT_TIMEOUT_S + ASK_TIMEOUT_S)
        return self.signed_in

    def ask(self, build: Build, answer: type[A]) -> A:
        """Ask the registry; `build` makes the request with the number it is given.

        Raises UserError with the registry's words, or NetworkError while the line is down.
        """
        if not self.signed_in:
            raise NetworkError("The registry cannot be reached now.")
        return self._wait(self._put(build), answer)

    def tell(self, build: Build) -> None:
        """Tell the registry something that the next sign-in would say too, so it may be away now."""
        future = self._put(build)
        if self.signed_in:
            with suppress(NetworkError):
                self._wait(future, wire.Done)

    def post(self, build: Build) -> None:
        """Ask the registry for what it answers by pushing something, if the line is up. Does not wait."""
        if self.signed_in:
            self._put(build)

    def _put(self, build: Build) -> Future[Any]:
        future: Future[Any] = Future()
        self._requests.append((build, future))
        self._poller.wake()
        return future

    def _wait(self, future: Future[Any], answer: type[A]) -> A:
        try:
            reply = future.result(ASK_TIMEOUT_S)
        except FutureTimeout:
            raise NetworkError("The registry does not answer.") from None
        if isinstance(reply, wire.Failed):
            raise UserError(reply.message)
        if not isinstance(reply, answer):
            raise ProtocolError("The registry gave an answer to another question.")
        return reply

    def stop(self) -> None:
        """Hang up for good; nothing to do if it was not started.

        A try that the registry leaves unanswered is not waited for: it comes to nothing by itself.
        """
        self._stopping = True
        self._poller.wake()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._connect_and_serve()
            except (TrustError, UserError) as error:
                self._down(error, final=True)
                break
            except Exception as error:  # noqa: BLE001 - a fault of ours breaks the line too: it does not end this thread
                fault = NetworkError(f"A fault: {type(error).__name__}: {error}.")
                self._down(error if isinstance(error, ChatError) else fault)
                self._backoff.failed(time.monotonic())
            self._pause()
        self._down(NetworkError("The line to the registry is closed."))
        self._poller.close()

    def _pause(self) -> None:
        while not self._stopping and (left := self._backoff.next_try - time.monotonic()) > 0:
            self._poller.wait([], left)

    def _connect_and_serve(self) -> None:
        deadline = Deadline(CONNECT_TIMEOUT_S)
        sock = dial([self._address], deadline)
        self.local_ip = str(sock.getsockname()[0])
        try:
            tls = handshake(sock, self._credentials.for_registry, deadline, server_name=host_name(REGISTRY_ID))
        except TrustError as error:
            raise explain_trust(error, self._address) from None
        connection = Connection(tls)
        try:
            self._serve(connection)
        finally:
            self._poller.forget(connection)
            connection.close()

    def _serve(self, connection: Connection) -> None:
        protocol = RegistryProtocol(wire.registry_codec, limit=wire.MAX_ANSWER_BYTES, now=time.monotonic())
        protocol.send(self._sign_in_request())
        renew_at = time.monotonic() + RENEW_EVERY_S
        while True:
            connection.queue(protocol.data_to_send())
            connection.flush()
            if self._stopping:
                return
            times = min(protocol.next_tick, renew_at)
            ready = self._poller.wait([connection], max(0.0, times - time.monotonic()))
            now = time.monotonic()
            if ready:
                for message in protocol.receive_data(connection.receive(), now):
                    self._handle(message)
            if not protocol.tick(now):
                raise NetworkError("The registry fell silent.")
            if now >= renew_at:
                renew_at = now + RENEW_EVERY_S
                protocol.send(wire.Renew(self._next_number()))
            while self.signed_in and self._requests:
                build, future = self._requests.popleft()
                request = build(self._next_number())
                self._waiting[request.request] = request, future
                protocol.send(request)

    def _sign_in_request(self) -> wire.SignIn:
        self._requests.clear()  # the facts have it; what is told from here on goes after them
        facts = self._facts()
        return wire.SignIn(0, facts.port, facts.addresses, facts.hidden, facts.blocked, facts.watched)

    def _handle(self, message: wire.FromRegistry) -> None:
        match message:
            case wire.SignedIn():
                self._credentials.renew(message.certificate)
                self.roster = MappingProxyType({presence.name: presence for presence in message.online})
                self.signed_in = True
                self._events.signed_in()
                self._backoff.reset()
                self._first_try.set()
            case wire.Failed() if not self.signed_in:
                raise UserError(message.message)
            case Presence():
                self._note(message)
            case wire.Revoked():
                self._events.revoked(message)
            case YourRooms() | RoomState() | RoomMember():
                self._events.room(message)
            case wire.Superseded():
                raise UserError(_superseded(message.key_changed))
            case wire.Renewed():
                self._credentials.renew(message.certificate)
            case wire.Ping() | wire.Pong():
                pass  # the protocol's own
            case _ if message.request in self._waiting:
                request, future = self._waiting.pop(message.request)
                if isinstance(request, wire.Unwatch):
                    self._forget(request.names)
                future.set_result(message)

    def _note(self, presence: Presence) -> None:
        others = {name: other for name, other in self.roster.items() if name != presence.name}
        self.roster = MappingProxyType({**others, presence.name: presence} if presence.online else others)
        if len(self.roster) > wire.MAX_NAMES:
            raise RemoteProtocolError("The registry tells of more people than it keeps for anybody.")
        self._events.presence(presence)

    def _forget(self, names: Sequence[str]) -> None:
        """Nothing is told of these any more: what was told last would stay true for ever."""
        for name in names:
            presence = self.roster.get(name)
            if presence is not None:
                self._note(wire.offline(name, presence.peer_id, presence.public_key))

    def _down(self, error: ChatError, *, final: bool = False) -> None:
        was_up, self.signed_in = self.signed_in, False
        unanswered, self._waiting = [future for _, future in self._waiting.values()], {}
        while self._requests:
            unanswered.append(self._requests.popleft()[1])
        for future in unanswered:
            future.set_exception(NetworkError("The line to the registry broke."))
        if final:
            self._events.lost(error, True)
        elif not self._stopping and (was_up or not self._first_try.is_set()):
            self._events.lost(self._worded(error), False)
        self._first_try.set()

    def _worded(self, error: ChatError) -> ChatError:
        if isinstance(error, StorageFailure):
            return error
        return NetworkError(f"The registry at {format_address(*self._address)} is away and tried again. {error}")

    def _next_number(self) -> int:
        self._number += 1
        return self._number


def _superseded(key_changed: bool) -> str:
    if key_changed:
        return "This account was enrolled on another machine; the key of this one is void. It stays signed out."
    return "This account signed in once more elsewhere with the same key. This one stays signed out."
