"""The registry as a whole: a listener, a thread for each connection, and an orderly end."""

import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from chat.errors import StorageFailure
from chat.net.addresses import source_of
from chat.net.door import Door
from chat.net.files import lock_folder, private_folder
from chat.net.limits import Places, TokenBucket
from chat.net.listener import Listener
from chat.net.threads import DaemonThread
from chat.net.tls import ALPN_REGISTRY, listening_context
from chat.registry.accounts import BCRYPT_COST, Accounts
from chat.registry.authority import Authority
from chat.registry.directory import Directory
from chat.registry.log import Log
from chat.registry.metrics import process_gauges
from chat.registry.requests import Requests
from chat.registry.rooms import MAX_MEMBERS, Rooms
from chat.registry.session import Session, Shared
from db.url import open_database

STACK_BYTES = 256 * 1024
HANDSHAKES_AT_ONCE = 256
HANDSHAKES_PER_ADDRESS = 32
DRAIN_S = 5.0


@dataclass(frozen=True)
class Limits:
    """What one address and all of them may have; a refusal comes before TLS and costs next to nothing."""

    connections: int = 10_000
    per_address: int = 200
    rate_per_address: float = 5.0
    burst_per_address: float = 50.0
    members_per_room: int = MAX_MEMBERS


DEFAULT_LIMITS = Limits()


class Registry:
    """Listens from the start until `close`."""

    def __init__(
        self,
        address: tuple[str, int],
        data: Path,
        *,
        log: Log,
        db: str = "sqlite",
        limits: Limits = DEFAULT_LIMITS,
        bcrypt_cost: int = BCRYPT_COST,
    ) -> None:
        self._lock_file = lock_folder(private_folder(data))
        if self._lock_file is None:
            raise StorageFailure(f"Another registry runs on {data}: stop it first, or choose another --data.")
        self._authority = Authority(data)
        database = open_database(db, file=data / "accounts.db")
        new_accounts = TokenBucket(limits.rate_per_address / 50, limits.burst_per_address)
        self._accounts = Accounts(database, self._authority, cost=bcrypt_cost, new_accounts=new_accounts)
        self._directory = Directory()
        self._log = log
        for message in self._accounts.warnings:
            log.event("warning", message=message)
        self._context = listening_context(
            [ALPN_REGISTRY], self._authority.pem, self._authority.own_certificate, strangers=True, expired=True
        )
        self._places = Places(limits.connections, limits.per_address)
        self._rate = TokenBucket(limits.rate_per_address, limits.burst_per_address)
        self._door = Door(places=HANDSHAKES_AT_ONCE, per_address=HANDSHAKES_PER_ADDRESS)
        self._sessions: dict[Session, DaemonThread] = {}
        self._lock = threading.Lock()
        requests = Requests(connections_per_s=limits.rate_per_address, connections_at_once=limits.burst_per_address)
        self._rooms = Rooms(database, self._directory, log, max_members=limits.members_per_room)
        self._shared = Shared(
            self._accounts, self._directory, log, self._authority.der, self._door, requests, self._rooms
        )
        threading.stack_size(STACK_BYTES)  # thousands of threads: the default of 8 MiB each is too much
        self._listener = Listener(address, self._accepted)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return self._listener.address

    @property
    def fingerprint(self) -> str:
        """Of the authority's key."""
        return self._authority.fingerprint

    def gauges(self) -> dict[str, float]:
        """How much of what there is now."""
        return {"connections": len(self._sessions), "signed_in": len(self._directory), **process_gauges()}

    def close(self) -> None:
        """End all connections and give everything back."""
        self._listener.close()
        self._directory.close()
        with self._lock:
            sessions = dict(self._sessions)
        for session in sessions:
            session.stop()
        until = time.monotonic() + DRAIN_S
        for thread in sessions.values():
            thread.join(max(0.0, until - time.monotonic()))
        self._rooms.close()
        self._accounts.close()
        assert self._lock_file is not None
        self._lock_file.close()

    def _accepted(self, sock: socket.socket, address: str) -> None:
        source = source_of(address)
        if not self._rate.take(source, time.monotonic()):
            self._refuse(sock, address, "too many connections a second")
        elif not self._places.take(source):
            self._refuse(sock, address, "too many connections")
        else:
            try:
                self._begin(sock, address)
            except (OSError, RuntimeError) as error:  # no descriptor or no thread is left
                self._places.give_back(source)
                self._refuse(sock, address, f"the system's limits: {error}")

    def _begin(self, sock: socket.socket, address: str) -> None:
        session = Session(self._shared)
        thread = DaemonThread(self._run, f"session {address}", session, sock, address)
        with self._lock:
            self._sessions[session] = thread
        try:
            thread.start()
        except RuntimeError:
            with self._lock:
                del self._sessions[session]
            session.discard()
            raise

    def _run(self, session: Session, sock: socket.socket, address: str) -> None:
        try:
            session.run(sock, address, self._context)
        finally:
            self._left(session, address)

    def _left(self, session: Session, address: str) -> None:
        with self._lock:
            del self._sessions[session]
        self._places.give_back(source_of(address))

    def _refuse(self, sock: socket.socket, address: str, reason: str) -> None:
        sock.close()
        self._log.refusal(address, reason)
