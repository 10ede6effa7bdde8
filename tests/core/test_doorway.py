"""The way in and out: who is let through, whom we dial, and what a fault leaves behind."""

import socket
from pathlib import Path
from typing import Any

import pytest

from chat.core.credentials import Credentials
from chat.core.home import Home
from chat.errors import TrustError
from chat.net import door
from chat.net.door import Door
from chat.net.limits import Places
from chat.net.tls import ALPN_CHAT
from chat.registry.authority import Authority
from chat.wire.registry import Presence
from tests.core.dialling import first_words
from tests.core.homes import settle
from tests.people import PATIENCE_S, Person, Town, wait_until


@pytest.fixture
def alice(village: Town) -> Person:
    return village.person("alice").start()


@pytest.mark.parametrize("name", ["Bob", "../bob", "bob\n", "bob,carol", "b" * 41, "\x1b[2J"])
def test_a_name_that_no_honest_registry_gives_is_not_let_in(
    village: Town, alice: Person, tmp_path: Path, name: str
) -> None:
    home = Home(tmp_path / "rogue")
    keyring = settle(home, Authority(village.folder / "registry"), name)
    assert first_words(alice, Credentials(home, keyring)) == b""
    assert [user.name for user in alice.node.people.all()] == []


def test_somebody_whom_the_registry_does_not_have_is_not_let_in(village: Town, alice: Person, tmp_path: Path) -> None:
    """A certificate of before its accounts were lost, say."""
    home = Home(tmp_path / "gone")
    keyring = settle(home, Authority(village.folder / "registry"), "gone")
    assert first_words(alice, Credentials(home, keyring)) == b""


def test_a_rogue_registry_has_no_host_name_looked_up(alice: Person) -> None:
    line: Any = alice.node._line
    line.roster = {"bob": Presence("bob", True, "b0b", b"k" * 32, ("intranet.example", "192.0.2.1", "::1"), 22)}
    assert alice.node._doorway._candidates("bob", None) == ("b0b", [("192.0.2.1", 22), ("::1", 22)])


def test_whoever_answers_in_anothers_place_gets_nothing(village: Town, alice: Person) -> None:
    """A rogue registry says that bob is where carol is, under her id: her certificate is right, and not his."""
    carol = village.person("carol").start().node
    own = carol.credentials.identity
    line: Any = alice.node._line
    line.roster = {"bob": Presence("bob", True, own.peer_id, own.public_key, ("127.0.0.1",), carol.listening_port)}
    with pytest.raises(TrustError, match="carol answered where bob was dialled"):
        alice.node._doorway.reach("bob", ALPN_CHAT)


@pytest.mark.parametrize(
    ("signed_in", "there", "may"),
    [(True, True, True), (True, False, False), (False, True, True), (False, False, True)],
)
def test_whom_it_is_worth_dialling(alice: Person, signed_in: bool, there: bool, may: bool) -> None:
    """Without the registry everybody: whom one has an address of may well be at it."""
    line: Any = alice.node._line
    line.stop()
    line.signed_in = signed_in
    line.roster = {"bob": Presence("bob", there, "b0b", b"k" * 32, (), 0)}
    assert alice.node._doorway.may_dial("bob") == may
    alice.node.hidden = True
    assert not alice.node._doorway.may_dial("bob")


def test_an_ipv6_network_is_one_caller(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "FIRST_BYTES_S", 1000.0)
    doorway: Any = alice.node._doorway
    doorway._silent = Places(100, 2)
    ends = []
    for number in range(3):
        near, far = socket.socketpair()
        doorway._accepted(far, f"2001:db8::{number}")
        ends.append(near)
    ends[2].settimeout(PATIENCE_S)
    assert ends[2].recv(1) == b""
    for sock in ends:
        sock.close()
    wait_until(lambda: not doorway._silent._taken, "the places were given back")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_with_one_guest_takes_no_place_from_others(
    village: Town, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    doorway: Any = alice.node._doorway
    doorway._door = Door(places=1, per_address=1)
    caller = village.person("bob").start().node.credentials

    def failing(*_: object) -> None:
        raise ValueError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(doorway, "_on_guest", failing)
        first_words(alice, caller)
    assert first_words(alice, caller) != b""
