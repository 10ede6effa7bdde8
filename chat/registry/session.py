"""One connection with a client: a thread that owns its socket, its protocol and its lease."""

import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from chat.errors import ChatError, ConnectionClosed, NetworkError, RemoteProtocolError, TrustError, UserError
from chat.net.addresses import may_be_called, source_of
from chat.net.certificates import Identity, read_identity
from chat.net.connection import Connection, Poller
from chat.net.door import Door
from chat.registry.accounts import Accounts
from chat.registry.directory import Directory, Lease
from chat.registry.log import Log
from chat.registry.requests import Requests
from chat.registry.rooms import Rooms
from chat.wire import registry as wire
from chat.wire.frames import MAX_GREETING_BYTES, MAX_REGISTRY_BYTES
from chat.wire.rooms import RoomRequest
from chat.wire.session import RegistryProtocol
from db.accounts import Account, Revocation
from db.errors import StorageError

SIGN_IN_TIMEOUT_S = 10.0
ASK_AGAIN_S = 0.1
MAX_OUTGOING_BYTES = 2 * 1024 * 1024
MINOR_VERSION = 0


@dataclass(frozen=True)
class Shared:
    """What all sessions of a registry have in common."""

    accounts: Accounts
    directory: Directory
    log: Log
    authority_der: bytes
    door: Door
    requests: Requests
    rooms: Rooms


class Session:
    """Runs in a thread of its own from the accepted socket to its end. Only `stop` is for others."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._accounts = shared.accounts
        self._directory = shared.directory
        self._log = shared.log
        self._poller = Poller()
        self._inbox: deque[wire.FromClient] = deque()
        self._stopping = False
        self._identity: Identity | None = None
        self._lease: Lease | None = None
        self._superseded = False

    def stop(self) -> None:
        """Have the thread end the connection."""
        self._stopping = True
        self._poller.wake()

    def discard(self) -> None:
        """Give the descriptors back where `run` is never called."""
        self._poller.close()

    def run(self, sock: socket.socket, address: str, context: ssl.SSLContext) -> None:
        """Serve the client at `address`."""
        self._address, self._source = address, source_of(address)
        try:
            tls = self._let_in(sock, context)
            connection = Connection(tls, max_outgoing_bytes=MAX_OUTGOING_BYTES)
            try:
                certificate = tls.getpeercert(binary_form=True)
                self._identity = read_identity(certificate) if certificate else None
                self._serve(connection)
            finally:
                self._sign_out()
                self._poller.forget(connection)
                connection.close()
        except ConnectionClosed:
            pass
        except (ChatError, StorageError) as error:
            self._log.refusal(address, str(error))
        finally:
            self._poller.close()

    def _let_in(self, sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        door = self._shared.door
        try:
            door.enter(sock, self._source)
        except NetworkError:
            sock.close()
            raise
        try:
            return door.shake(sock, context)
        finally:
            door.leave(self._source)

    def _serve(self, connection: Connection) -> None:
        limit = MAX_REGISTRY_BYTES if self._identity else MAX_GREETING_BYTES
        now = time.monotonic()
        self._protocol = RegistryProtocol(wire.client_codec, limit=limit, now=now)
        deadline = now + SIGN_IN_TIMEOUT_S
        while not (self._stopping or self._superseded):
            times = [self._protocol.next_tick] if self._lease else [self._protocol.next_tick, deadline]
            if self._inbox:
                times.append(now + ASK_AGAIN_S)
            ready = self._poller.wait([connection], max(0.0, min(times) - time.monotonic()))
            now = time.monotonic()
            if ready and connection.wants_data:
                self._inbox += self._protocol.receive_data(connection.receive(), now)
            self._work_off()
            connection.wants_data = not self._inbox
            if not self._protocol.tick(now):
                raise ConnectionClosed("The client fell silent.")
            if self._lease is None and now >= deadline:
                raise ConnectionClosed("The client did not sign in.")
            self._deliver_mail()
            connection.queue(self._protocol.data_to_send())
            connection.flush()

    def _work_off(self) -> None:
        """Answer what came in, as far as its sender may ask now."""
        while self._inbox:
            account = self._identity.name if self._identity else ""
            if not self._shared.requests.allow(self._inbox[0], account, self._source):
                return
            self._protocol.send(self._answer(self._inbox.popleft()))

    def _deliver_mail(self) -> None:
        if self._lease is None:
            return
        for push in self._directory.take_mail(self._lease):
            self._protocol.send(push)
            self._superseded = self._superseded or isinstance(push, wire.Superseded)

    def _answer(self, message: wire.FromClient) -> msgspec.Struct:
        handlers: dict[type, Callable[[Any], msgspec.Struct]] = (
            _STRANGER if self._identity is None else _SIGNED_IN if self._lease else _KNOWN
        )
        handler = handlers.get(type(message))
        if handler is None:
            raise RemoteProtocolError(f"{type(message).__name__} is not for now.")
        try:
            return handler(self, message)  # type: ignore[call-arg]
        except UserError as error:
            return wire.Failed(getattr(message, "request", 0), str(error))

    # Requests of someone without a certificate

    def _introduce(self, message: wire.Introduce) -> wire.Introduced:
        return wire.Introduced(message.request, self._shared.authority_der, MINOR_VERSION)

    def _check(self, message: wire.Check) -> wire.Checked:
        return wire.Checked(message.request, self._accounts.find(message.name) is not None)

    def _enrol(self, message: wire.Enrol) -> wire.Enrolled:
        enrolment = self._accounts.enrol(message.name, message.proof, message.csr, self._source)
        if enrolment.revocation:
            self._directory.tell_of(_pushed(enrolment.revocation))
            self._directory.expel(message.name)
        again = "with a new key" if enrolment.revocation else ""
        self._log.event("enrols", name=message.name, **{"from": self._address}, note=again)
        return wire.Enrolled(message.request, enrolment.certificate, enrolment.revocation is not None)

    # Requests of someone with a certificate

    def _sign_in(self, message: wire.SignIn) -> wire.SignedIn:
        account = self._own_account()
        given = [address for address in message.addresses if may_be_called(address, self._address)]
        lease = Lease(
            account=account,
            addresses=tuple(dict.fromkeys((*given, self._address)))[: wire.MAX_ADDRESSES],
            port=message.port,
            hidden=message.hidden,
            blocked=set(message.blocked),
            watched=set(message.watched),
            wake=self._poller.wake,
        )
        self._lease = lease
        online = self._directory.sign_in(lease)
        try:
            self._own_account()  # again: whoever enrolled anew meanwhile found no lease to end
        except UserError:
            self._sign_out()
            raise
        self._send_revocations(message.watched)
        self._log.event(
            "signs in", name=account.name, **{"from": self._address}, port=message.port, hidden=message.hidden or None
        )
        return wire.SignedIn(message.request, self._accounts.certify(account), self._address, tuple(online))

    def _own_account(self) -> Account:
        """The account of the certificate, whose key must still be the account's."""
        assert self._identity is not None
        account = self._accounts.find(self._identity.name)
        if account is None or account.peer_id != self._identity.peer_id:
            raise TrustError(f"No account of that certificate ({self._identity.name}).")
        if account.public_key != self._identity.public_key:
            raise UserError(
                f"{account.name} was enrolled on another machine since; the key of this one is void. "
                "Enrol this one anew to use it again: start it with another --home, or move the old home folder away."
            )
        return account

    def _renew(self, message: wire.Renew) -> wire.Renewed:
        return wire.Renewed(message.request, self._accounts.certify(self._own_account()))

    def _send_revocations(self, names: Sequence[str]) -> None:
        """Whoever was away when a key was declared void hears of it now."""
        for revocation in self._accounts.revocations(names):
            self._protocol.send(_pushed(revocation))

    def _watch(self, message: wire.Watch) -> wire.Done:
        self._directory.watch(self._signed_in, message.names)
        self._send_revocations(message.names)
        self._deliver_mail()  # who is there is known before the answer
        return wire.Done(message.request)

    def _unwatch(self, message: wire.Unwatch) -> wire.Done:
        self._directory.unwatch(self._signed_in, message.names)
        return wire.Done(message.request)

    def _block(self, message: wire.Block) -> wire.Done:
        self._directory.set_blocked(self._signed_in, message.names, blocked=True)
        return wire.Done(message.request)

    def _unblock(self, message: wire.Unblock) -> wire.Done:
        self._directory.set_blocked(self._signed_in, message.names, blocked=False)
        return wire.Done(message.request)

    def _hide(self, message: wire.Hide) -> wire.Done:
        self._directory.set_hidden(self._signed_in, True)
        self._log.event("hides", name=self._signed_in.name)
        return wire.Done(message.request)

    def _show(self, message: wire.Show) -> wire.Done:
        self._directory.set_hidden(self._signed_in, False, message.port)
        self._log.event("shows up", name=self._signed_in.name)
        return wire.Done(message.request)

    def _lookup(self, message: wire.Lookup) -> wire.Found:
        account = self._accounts.find(message.name)
        self._log.event("looks up", name=self._signed_in.name, who=message.name)
        if account is None:
            return wire.Found(message.request, None)
        self._send_revocations((message.name,))
        return wire.Found(message.request, self._directory.find(account, self._signed_in.name))

    def _who(self, message: wire.Who) -> wire.Listing:
        names = self._directory.findable(message.prefix, self._signed_in.name)
        self._log.event("lists", name=self._signed_in.name, found=len(names))
        return wire.Listing(message.request, tuple(names[: wire.WHO_LIMIT]), len(names) > wire.WHO_LIMIT)

    def _about_rooms(self, message: RoomRequest) -> msgspec.Struct:
        answer = self._shared.rooms.answer(self._signed_in.account, message)
        self._deliver_mail()  # before the answer, so that who asked knows then what came of it
        return answer

    @property
    def _signed_in(self) -> Lease:
        assert self._lease is not None
        return self._lease

    def _sign_out(self) -> None:
        if self._lease and self._directory.sign_out(self._lease):
            self._log.event("leaves", name=self._lease.name)
        self._lease = None


def _pushed(revocation: Revocation) -> wire.Revoked:
    return wire.Revoked(revocation.name, revocation.public_key, revocation.time, revocation.signature)


_STRANGER: dict[type, Any] = {
    wire.Introduce: Session._introduce,
    wire.Check: Session._check,
    wire.Enrol: Session._enrol,
}
_KNOWN: dict[type, Any] = {wire.Introduce: Session._introduce, wire.SignIn: Session._sign_in}
_SIGNED_IN: dict[type, Any] = {
    wire.Watch: Session._watch,
    wire.Unwatch: Session._unwatch,
    wire.Block: Session._block,
    wire.Unblock: Session._unblock,
    wire.Hide: Session._hide,
    wire.Show: Session._show,
    wire.Lookup: Session._lookup,
    wire.Who: Session._who,
    wire.Renew: Session._renew,
    **dict.fromkeys(RoomRequest.__args__, Session._about_rooms),
}
