"""The registry as a whole: limits before TLS, many who misbehave at once, an orderly end, and a restart."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.errors import StorageFailure
from chat.net import door
from chat.registry import service
from chat.registry.service import Limits
from chat.wire import registry as wire
from tests.people import wait_until
from tests.processes import Client, Server
from tests.registry.callers import office, sign_in

PATIENCE_S = 20.0


def refused(address: tuple[str, int], says: bytes = b"") -> bool:
    with socket.create_connection(address) as sock:
        sock.settimeout(PATIENCE_S)
        try:
            sock.send(says)
            return sock.recv(1) == b""
        except ConnectionResetError:
            return True


def test_a_rate_for_each_address(tmp_path: Path) -> None:
    with office(tmp_path, Limits(rate_per_address=0.0, burst_per_address=3.0)) as place:
        callers = [place.stranger() for _ in range(3)]
        assert [refused(place.registry.address) for _ in range(20)] == [True] * 20
        assert place.out.getvalue().count("too many connections a second") == 1
        assert callers[0].ask(wire.Introduce(1), wire.Introduced).request == 1


@pytest.mark.parametrize("limits", [Limits(per_address=2, burst_per_address=99), Limits(2, burst_per_address=99)])
def test_so_many_at_once(tmp_path: Path, limits: Limits) -> None:
    with office(tmp_path, limits) as place:
        one, _ = place.stranger(), place.stranger()
        assert refused(place.registry.address)
        one.close()
        wait_until(lambda: place.registry._places._sum < 2, "the place was given back")
        place.stranger().ask(wire.Introduce(1), wire.Introduced)


def test_an_ipv6_network_is_one_caller(tmp_path: Path) -> None:
    """Else whoever has one, and so 2 to the 64 addresses, is limited by nothing."""
    with office(tmp_path, Limits(rate_per_address=0.0, burst_per_address=2.0)) as place:
        ends = []
        for ip in ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"):
            near, far = socket.socketpair()
            place.registry._accepted(far, ip)
            ends.append(near)
        third = ends.pop(2)
        third.settimeout(PATIENCE_S)
        assert third.recv(1) == b""
        assert place.out.getvalue().count("too many") == 1
        for sock in (*ends, third):
            sock.close()
        wait_until(lambda: place.registry._places._sum == 0, "the places were given back")


def test_silence_and_half_handshakes_lock_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many silent ones as there are places at the door, and as many that stop after a byte."""
    monkeypatch.setattr(service, "HANDSHAKES_AT_ONCE", 8)
    monkeypatch.setattr(service, "HANDSHAKES_PER_ADDRESS", 8)
    monkeypatch.setattr(door, "HANDSHAKE_TIMEOUT_S", PATIENCE_S)
    with office(tmp_path) as place:
        silent = [socket.create_connection(place.registry.address) for _ in range(16)]
        alice = place.signed_in("alice")
        for sock in silent[:8]:
            sock.send(b"\x16")
        wait_until(lambda: place.registry._door._places._sum == 8, "the door is full")
        assert refused(place.registry.address, says=b"\x16")
        assert alice.ask(wire.Who(2, ""), wire.Listing).names == ("alice",)
        for sock in silent:
            sock.close()
        wait_until(lambda: place.registry._door._places._sum == 0, "the door is free")
        place.signed_in("bob")


def test_no_thread_left_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path) as place:
        start = threading.Thread.start

        def fail(self: threading.Thread) -> None:
            if self.name.startswith("session"):
                raise RuntimeError("can't start new thread")
            start(self)

        monkeypatch.setattr(threading.Thread, "start", fail)
        assert refused(place.registry.address)
        monkeypatch.undo()
        place.signed_in("alice")
        assert "can't start new thread" in place.out.getvalue()


def test_the_end_says_of_nobody_that_they_are_gone(tmp_path: Path) -> None:
    with office(tmp_path) as place:
        names = [f"user{number}" for number in range(8)]
        users = [place.signed_in(name, watched=tuple({*names} - {name})) for name in names]
        place.registry.close()
        for user in users:
            assert user.is_cut()
            assert all(push.online for push in user.pushed)


def test_the_end_hangs_up_on_everybody(tmp_path: Path) -> None:
    with office(tmp_path) as place:
        alice, stranger = place.signed_in("alice"), place.stranger()
        stranger.ask(wire.Introduce(1), wire.Introduced)
        address = place.registry.address
        place.registry.close()
        assert alice.is_cut()
        assert stranger.is_cut()
        assert place.registry._sessions == {}
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(address)


def test_there_is_one_registry_to_a_folder(tmp_path: Path) -> None:
    with office(tmp_path), pytest.raises(StorageFailure, match="Another registry runs on"), office(tmp_path):
        pass
    with office(tmp_path) as place:  # which is free again
        place.signed_in("alice")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_whichever_thread_the_kernel_asks_first(server: Server, number: int) -> None:
    others = {int(thread.name) for thread in Path(f"/proc/{server.pid}/task").iterdir()} - {server.pid}
    os.kill(others.pop(), number)  # a thread's id: the process is meant, and that thread is asked first
    assert server.wait() == 0
    assert '"stops"' in server.lines[-1]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_accounts_and_authority_outlive_the_process(
    tmp_path: Path, started: Callable[[Server], Server], client: Callable[..., Client], server: Server, end: int
) -> None:
    alice = client("alice")
    server.signal(end)
    assert server.wait() == (0 if end == signal.SIGTERM else -signal.SIGKILL)
    again = started(Server(tmp_path / "registry", port=int(server.address.rpartition(":")[2])))
    assert again.address == server.address
    alice.quit()
    alice = client("alice")  # signs in by the certificate of the first process's authority
    bob = client("bob")
    bob.do("/add alice")
    assert not [event for event in alice.events + bob.events if event["event"] == "error"]


def test_a_sign_in_is_logged_without_secrets(tmp_path: Path) -> None:
    with office(tmp_path) as place:
        place.signed_in("alice").ask(wire.Lookup(2, "bob"), wire.Found)
        place.member("carol").ask(sign_in(hidden=True), wire.SignedIn)
        log = place.out.getvalue()
    assert "alice        enrols" in log
    assert "alice        signs in" in log
    assert "alice        looks up       bob" in log
    assert "hidden" in log
    assert "ppp" not in log
    assert (b"p" * 32).hex() not in log
