"""Dialling: the addresses in order, and why none answered."""

import socket

import pytest

from chat.errors import NetworkError
from chat.net import dialing
from chat.net.deadline import Deadline
from chat.net.dialing import dial


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_first_that_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as later:
        addresses = [("127.0.0.1", closed_port()), server.getsockname(), later.getsockname()]
        with dial(addresses, Deadline(10)) as sock:
            assert sock.getpeername() == server.getsockname()


def test_why_none_answered() -> None:
    port = closed_port()
    with pytest.raises(NetworkError, match=rf"^No connection: 127\.0\.0\.1:{port}: connection refused; "):
        dial([("127.0.0.1", port), ("no such host.invalid", 1)], Deadline(10))


@pytest.mark.parametrize("host", ["", "a" * 70 + ".example", "x\0y", "::g", "..", "%"])
def test_a_host_that_is_none(host: str) -> None:
    with pytest.raises(NetworkError, match=r"^No connection: "):
        dial([(host, 1)], Deadline(10))


def test_without_an_address() -> None:
    with pytest.raises(NetworkError, match="no address is known"):
        dial([], Deadline(10))


def test_no_address_has_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []

    def never(address: tuple[str, int], timeout: float) -> socket.socket:
        limits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr("chat.net.dialing.socket.create_connection", never)
    with pytest.raises(NetworkError, match=r"192\.0\.2\.7:1 does not answer; 192\.0\.2\.8:2 does not answer"):
        dial([("192.0.2.7", 1), ("192.0.2.8", 2)], Deadline(7))
    assert limits[0] == dialing.ADDRESS_TIMEOUT_S
    with pytest.raises(NetworkError, match="too long"):
        dial([("192.0.2.7", 1)], Deadline(0))
