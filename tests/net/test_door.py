"""The door: silence holds nothing, places are bounded, and a pause in a handshake holds up nobody."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from chat.errors import NetworkError
from chat.net import door as door_module
from chat.net.certificates import host_name
from chat.net.deadline import Deadline
from chat.net.door import Door
from chat.net.tls import ALPN_CHAT, dialling_context, handshake, listening_context
from chat.registry.authority import Authority
from tests.net.links import pair
from tests.net.pki import certificate_for

PATIENCE_S = 20.0


def test_a_silent_caller_gets_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "FIRST_BYTES_S", 0.02)
    door = Door(places=1, per_address=1)
    near, far = pair()
    with near, far:
        for _ in range(3):
            with pytest.raises(NetworkError, match="too long"):
                door.enter(far, "a")
        near.send(b"x")
        door.enter(far, "a")


def test_places_are_bounded_in_all_and_for_each() -> None:
    door = Door(places=3, per_address=2)
    near, far = pair()
    with near, far:
        near.send(b"x")
        door.enter(far, "a")
        door.enter(far, "a")
        with pytest.raises(NetworkError, match="Too many"):
            door.enter(far, "a")
        door.enter(far, "b")
        with pytest.raises(NetworkError, match="Too many"):
            door.enter(far, "c")
        door.leave("a")
        door.enter(far, "c")


def test_a_caller_that_goes_away_is_no_fault_of_the_door() -> None:
    door = Door(places=1, per_address=1)
    near, far = pair()
    near.close()
    with far:
        door.enter(far, "a")
        door.leave("a")


def test_half_a_handshake_holds_up_nobody(authority: Authority, tmp_path: Path) -> None:
    """Many more than may compute at once stop in the middle; the next is let in all the same."""
    door = Door(places=1000, per_address=1000)
    alice, bob = (certificate_for(tmp_path, authority, name, name) for name in ("alice", "bob"))
    listening = listening_context([ALPN_CHAT], authority.pem, bob)
    halves, threads = [], []
    for _ in range(20):
        near, far = pair()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        half = dialling_context(ALPN_CHAT, authority.pem, alice).wrap_bio(incoming, outgoing, server_hostname="x")
        with pytest.raises(ssl.SSLWantReadError):
            half.do_handshake()
        near.sendall(outgoing.read())
        door.enter(far, "a")
        thread = threading.Thread(target=shake, args=(door, far, listening))
        thread.start()
        near.recv(1)  # the answer has come: the handshake is in its middle
        halves.append(near)
        threads.append(thread)
    near, far = pair()
    whole = threading.Thread(target=shake, args=(door, far, listening))
    whole.start()
    context = dialling_context(ALPN_CHAT, authority.pem, alice)
    handshake(near, context, Deadline(PATIENCE_S), server_name=host_name("bob")).close()
    whole.join(PATIENCE_S)
    assert not whole.is_alive()
    for half_done in halves:
        half_done.close()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def shake(door: Door, sock: socket.socket, context: ssl.SSLContext) -> None:
    try:
        door.shake(sock, context).close()
    except NetworkError:
        assert sock.fileno() == -1


def test_a_place_is_held_for_one_deadline(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "HANDSHAKE_TIMEOUT_S", 0.05)
    bob = certificate_for(tmp_path, authority, "bob", "bob")
    near, far = pair()
    near.send(b"\x16")  # the first byte of a handshake, and no more
    door = Door(places=1, per_address=1)
    door.enter(far, "a")
    with near, pytest.raises(NetworkError, match="too long"):
        door.shake(far, listening_context([ALPN_CHAT], authority.pem, bob))
