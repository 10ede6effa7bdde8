"""The way in and out: who is let through, whom we dial, and what a fault leaves behind."""

from pathlib import Path
from typing import Any

import pytest

from chat.core.credentials import Credentials
from chat.core.home import Home
from chat.net.door import Door
from chat.registry.authority import Authority
from chat.wire.registry import Presence
from tests.core.dialling import first_words
from tests.core.homes import settle
from tests.people import Person, Town


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


def test_a_rogue_registry_has_no_host_name_looked_up(alice: Person) -> None:
    line: Any = alice.node._line
    line.roster = {"bob": Presence("bob", True, "b0b", b"k" * 32, ("intranet.example", "192.0.2.1", "::1"), 22)}
    assert alice.node._doorway._candidates("bob", None) == ("b0b", [("192.0.2.1", 22), ("::1", 22)])


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
