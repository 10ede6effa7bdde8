"""Who is let in by whom: every certificate that is wrong in one way, every protocol that is another."""

import socket
import ssl
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from chat.errors import ChatError, ClockError, NetworkError, TrustError
from chat.net.certificates import REGISTRY_ID, host_name, read_identity
from chat.net.deadline import Deadline
from chat.net.tls import (
    ALPN_CHAT,
    ALPN_REGISTRY,
    OwnCertificate,
    dialling_context,
    handshake,
    listening_context,
    probing_context,
)
from chat.registry.authority import Authority
from tests.net.links import closing, pair, shake
from tests.net.pki import certificate_for


class People(NamedTuple):
    pem: str
    alice: OwnCertificate
    bob: OwnCertificate
    expired: OwnCertificate
    foreign: OwnCertificate
    registry: OwnCertificate


@pytest.fixture(scope="module")
def people(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> People:
    folder = tmp_path_factory.mktemp("people")
    other = Authority(folder / "other")
    return People(
        authority.pem,
        certificate_for(folder, authority, "alice", "a11ce"),
        certificate_for(folder, authority, "bob", "b0b"),
        certificate_for(folder, authority, "carol", "ca201", expired=True),
        certificate_for(folder, other, "mallory", "a11ce"),
        authority.own_certificate,
    )


def test_both_know_each_other(people: People) -> None:
    near, far = shake(
        dialling_context(ALPN_CHAT, people.pem, people.alice),
        listening_context([ALPN_CHAT], people.pem, people.bob),
        host_name("b0b"),
    )
    with closing(near, far):
        assert isinstance(near, ssl.SSLSocket)
        assert isinstance(far, ssl.SSLSocket)
        assert read_identity(near.getpeercert(binary_form=True)).name == "bob"
        assert read_identity(far.getpeercert(binary_form=True)).name == "alice"
        assert near.version() == "TLSv1.3"
        assert not near.session_reused


@pytest.mark.parametrize("who", ["expired", "foreign", "nobody"])
def test_a_listener_refuses(people: People, who: str) -> None:
    own = None if who == "nobody" else getattr(people, who)
    near, far = shake(
        dialling_context(ALPN_CHAT, people.pem, own),
        listening_context([ALPN_CHAT], people.pem, people.bob),
        host_name("b0b"),
    )
    with closing(near, far):
        assert isinstance(far, TrustError | NetworkError)


@pytest.mark.parametrize(("who", "error"), [("expired", ClockError), ("foreign", TrustError)])
def test_a_dialler_refuses(people: People, who: str, error: type[ChatError]) -> None:
    listener: OwnCertificate = getattr(people, who)
    name = host_name("ca201" if who == "expired" else "a11ce")
    near, far = shake(
        dialling_context(ALPN_CHAT, people.pem, people.alice),
        listening_context([ALPN_CHAT], people.pem, listener),
        name,
    )
    with closing(near, far):
        assert isinstance(near, error)


def test_a_dialler_refuses_another_person_than_was_dialled(people: People) -> None:
    near, far = shake(
        dialling_context(ALPN_CHAT, people.pem, people.alice),
        listening_context([ALPN_CHAT], people.pem, people.bob),
        host_name("ca201"),
    )
    with closing(near, far):
        assert isinstance(near, TrustError)


@pytest.mark.parametrize("name", ["registry", "localhost", "registry.peer.invalid"])
def test_nobody_is_taken_for_the_registry(people: People, authority: Authority, tmp_path: Path, name: str) -> None:
    """Names are people's own to choose; ids are given at random, and the registry's is none of them."""
    impostor = certificate_for(tmp_path, authority, name, "1a2b3c")
    listening = listening_context([ALPN_REGISTRY], people.pem, impostor, strangers=True)
    for host in (host_name(REGISTRY_ID), "localhost", "127.0.0.1"):
        near, far = shake(dialling_context(ALPN_REGISTRY, people.pem, people.alice), listening, host)
        with closing(near, far):
            assert isinstance(near, TrustError), host


def test_the_registry_is_nobody(people: People) -> None:
    near, far = shake(
        dialling_context(ALPN_CHAT, people.pem, people.registry),
        listening_context([ALPN_CHAT], people.pem, people.bob),
        host_name("b0b"),
    )
    with closing(near, far):
        assert isinstance(far, ssl.SSLSocket)
        with pytest.raises(TrustError, match="not a person's"):
            read_identity(far.getpeercert(binary_form=True))


def registry_side(people: People) -> ssl.SSLContext:
    return listening_context([ALPN_REGISTRY], people.pem, people.registry, strangers=True, expired=True)


@pytest.mark.parametrize("who", ["alice", "expired", "nobody"])
def test_the_registry_lets_in(people: People, who: str) -> None:
    own = None if who == "nobody" else getattr(people, who)
    near, far = shake(dialling_context(ALPN_REGISTRY, people.pem, own), registry_side(people), host_name(REGISTRY_ID))
    with closing(near, far):
        assert isinstance(near, ssl.SSLSocket)
        assert isinstance(far, ssl.SSLSocket)
        assert bool(far.getpeercert(binary_form=True)) == (who != "nobody")


def test_the_registry_refuses_another_authoritys(people: People) -> None:
    near, far = shake(
        dialling_context(ALPN_REGISTRY, people.pem, people.foreign), registry_side(people), host_name(REGISTRY_ID)
    )
    with closing(near, far):
        assert isinstance(far, TrustError)


def test_whoever_only_looks_sees_the_registry(people: People) -> None:
    near, far = shake(probing_context(ALPN_REGISTRY), registry_side(people), host_name(REGISTRY_ID))
    with closing(near, far):
        assert isinstance(near, ssl.SSLSocket)


@pytest.mark.parametrize(("near_alpn", "far_alpn"), [(ALPN_CHAT, ALPN_REGISTRY), ("p2pchat-chat/2", ALPN_CHAT)])
def test_another_protocol_is_refused_by_both(people: People, near_alpn: str, far_alpn: str) -> None:
    near, far = shake(
        dialling_context(near_alpn, people.pem, people.alice),
        listening_context([far_alpn], people.pem, people.bob),
        host_name("b0b"),
    )
    with closing(near, far):
        assert "another protocol" in str(near)
        assert "another protocol" in str(far)


def test_an_older_tls_is_refused(people: People) -> None:
    dialling = dialling_context(ALPN_CHAT, people.pem, people.alice)
    dialling.minimum_version = ssl.TLSVersion.TLSv1_2
    dialling.maximum_version = ssl.TLSVersion.TLSv1_2
    near, far = shake(dialling, listening_context([ALPN_CHAT], people.pem, people.bob), host_name("b0b"))
    with closing(near, far):
        assert isinstance(near, NetworkError)
        assert isinstance(far, NetworkError)


@pytest.mark.parametrize("dialling", [True, False])
def test_a_silent_other_side_runs_into_the_deadline(people: People, dialling: bool) -> None:
    near, far = pair()
    context = dialling_context(ALPN_CHAT, people.pem, people.alice)
    if not dialling:
        context = listening_context([ALPN_CHAT], people.pem, people.alice)
    with far, pytest.raises(NetworkError, match="took too long"):
        handshake(near, context, Deadline(0.05), server_name=host_name("b0b") if dialling else None)
    assert near.fileno() == -1


def test_a_byte_at_a_time_does_not_stretch_the_deadline(people: People) -> None:
    """The other end sends a real ClientHello, one byte after each wait of ours, and would never come to its end."""
    near, far = pair()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = dialling_context(ALPN_CHAT, people.pem, people.alice).wrap_bio(incoming, outgoing, server_hostname="x")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    stop = threading.Event()

    def drip() -> None:
        for byte in outgoing.read():
            if stop.wait(0.02):
                return
            far.send(bytes([byte]))

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(NetworkError, match="took too long"):
            handshake(near, listening_context([ALPN_CHAT], people.pem, people.bob), Deadline(0.3))
    finally:
        stop.set()
        dripping.join()
        far.close()


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 500, b"\x16\x03\x01\xff\xff", b"SSH-2.0-x\r\n"])
def test_garbage_is_a_network_error(people: People, garbage: bytes) -> None:
    near, far = pair()
    far.sendall(garbage)
    far.shutdown(socket.SHUT_WR)
    with far, pytest.raises(NetworkError):
        handshake(near, listening_context([ALPN_CHAT], people.pem, people.bob), Deadline(10))
    assert near.fileno() == -1


def test_a_connection_that_is_gone_is_a_network_error(people: People) -> None:
    near, far = pair()
    far.close()
    with pytest.raises(NetworkError):
        handshake(near, listening_context([ALPN_CHAT], people.pem, people.bob), Deadline(10))


def test_no_ticket_is_given(people: People) -> None:
    context = listening_context([ALPN_CHAT], people.pem, people.bob)
    assert context.num_tickets == 0
    assert context.minimum_version == ssl.TLSVersion.TLSv1_3
