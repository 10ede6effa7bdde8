"""Callers at a registry, one by one or thousands in one process."""

import heapq
import select
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from chat.core.backoff import Backoff
from chat.errors import ChatError, NetworkError
from chat.net.certificates import REGISTRY_ID, host_name
from chat.net.deadline import Deadline
from chat.net.tls import ALPN_REGISTRY, OwnCertificate, dialling_context, handshake
from chat.wire import registry as wire
from chat.wire.session import RegistryProtocol

TIMEOUT_S = 15.0
CALLING_AT_ONCE = 128

A = TypeVar("A", bound=msgspec.Struct)


class Caller:
    """One connection, blocking."""

    def __init__(self, pem: str, address: tuple[str, int], own: OwnCertificate, source: str) -> None:
        sock = socket.create_connection(address, TIMEOUT_S, (source, 0))
        context = dialling_context(ALPN_REGISTRY, pem, own)
        self.tls = handshake(sock, context, Deadline(TIMEOUT_S), server_name=host_name(REGISTRY_ID))
        self.tls.settimeout(TIMEOUT_S)
        self._protocol = RegistryProtocol(wire.registry_codec, limit=wire.MAX_ANSWER_BYTES, now=0.0)
        self._heard: list[Any] = []

    def sign_in(self, *, watched: tuple[str, ...] = ()) -> None:
        """Be found, and hear of these people."""
        self.ask(wire.SignIn(0, 4711, (), False, (), watched), wire.SignedIn)

    def ask(self, request: msgspec.Struct, answer: type[A]) -> A:
        """The answer to a request."""
        self.say(request)
        return self.wait_for(answer)

    def say(self, request: msgspec.Struct) -> None:
        """Send a request and do not wait."""
        self._protocol.send(request)
        self.tls.sendall(self._protocol.data_to_send())

    def wait_for(self, kind: type[A]) -> A:
        """The next message of that kind; others are passed over."""
        while True:
            while self._heard:
                if isinstance(message := self._heard.pop(0), kind):
                    return message
            self.read()

    def read(self) -> None:
        """Take in what has come, and answer a PING. NetworkError at the end."""
        try:
            data = self.tls.recv(65536)
            if not data:
                raise NetworkError("The registry hung up.")
            self._heard += self._protocol.receive_data(data, 0.0)
            self.tls.sendall(self._protocol.data_to_send())
        except OSError as error:
            raise NetworkError(str(error)) from None

    def close(self) -> None:
        """Hang up."""
        self.tls.close()


class Crowd:
    """Many callers: one thread answers for those that are in, a few bring in those that are not."""

    def __init__(
        self, pem: str, address: tuple[str, int], people: Sequence[tuple[str, OwnCertificate]], first_address: int
    ) -> None:
        self._pem = pem
        self._address = address
        self._people = people
        self._first_address = first_address
        self._callers: dict[int, Caller] = {}
        self._poll = select.epoll()
        self._lock = threading.Lock()
        threading.Thread(target=self._answer, daemon=True).start()

    def enter(self) -> int:
        """Call until everybody is in, with the pauses of a client: how many tries that took."""
        for caller in self._callers.values():
            caller.close()
        self._callers = {}
        due = [(0.0, index) for index in range(len(self._people))]
        pauses = [Backoff() for _ in self._people]
        tries = 0
        with ThreadPoolExecutor(CALLING_AT_ONCE) as pool:
            while due:
                ready = [
                    heapq.heappop(due) for _ in range(min(CALLING_AT_ONCE, len(due))) if due[0][0] <= time.monotonic()
                ]
                if not ready:
                    time.sleep(0.01)
                for (_, index), entered in zip(ready, pool.map(self._try, [index for _, index in ready]), strict=True):
                    tries += 1
                    if not entered:
                        pauses[index].failed(time.monotonic())
                        heapq.heappush(due, (pauses[index].next_try, index))
        return tries

    def _try(self, index: int) -> bool:
        number = self._first_address + index
        source = f"127.{10 + number // 65536}.{number // 256 % 256}.{number % 255 + 1}"
        try:
            caller = Caller(self._pem, self._address, self._people[index][1], source)
            caller.sign_in()
        except (ChatError, OSError):
            return False
        with self._lock:
            self._callers[caller.tls.fileno()] = caller
        self._poll.register(caller.tls, select.EPOLLIN)
        return True

    def _answer(self) -> None:
        while True:
            for descriptor, _ in self._poll.poll(1.0):
                caller = self._callers.get(descriptor)
                if caller is None:
                    continue
                try:
                    caller.read()
                except (ChatError, ssl.SSLError):
                    with suppress(OSError, ValueError):
                        self._poll.unregister(descriptor)

    def close(self) -> None:
        """Hang up all."""
        for caller in self._callers.values():
            caller.close()
