"""Keys that change, end, or are somebody else's; and what the files of a home give away."""

import shutil
import stat
from pathlib import Path

import pytest
from cryptography import x509

from chat.core import events
from chat.core.credentials import Credentials
from chat.core.trust import safety_number
from chat.errors import TrustError, UserError
from chat.net.certificates import Identity, fingerprint
from chat.wire.registry import Revoked
from tests.core.dialling import first_words
from tests.people import Person, Town, wait_until


def moved(village: Town, name: str) -> Person:
    """The same person on a new machine: another home, the same password."""
    person = village.people[name] = Person(name, village.folder / f"{name} anew", village.registry)
    return person


def met(village: Town) -> tuple[Person, Person]:
    """Alice and bob, who are contacts and have pinned each other's keys."""
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.people.add("bob", None)
    bob.node.people.add("alice", None)
    alice.node.send(["bob"], "one")
    bob.inbox.texts(1)
    alice.inbox.wait_for(events.Delivered)
    return alice, bob


def test_another_key_gets_nothing_until_it_is_trusted(village: Town) -> None:
    """The registry bound it to the name, and is not believed: a registry that swaps a key gets as far."""
    alice, bob = met(village)
    bob.stop()
    bob = moved(village, "bob").start()
    alice.node.send(["bob"], "two")
    (change,) = alice.inbox.wait_for(events.KeyChanged)
    assert change.fingerprint == fingerprint(bob.node.credentials.identity.public_key)
    assert ("bob", "two", "pending") in alice.statuses()
    with pytest.raises(UserError, match="not the fingerprint"):
        alice.node.people.trust("bob", "0" * 64)
    assert bob.inbox.of(events.Incoming) == []
    alice.node.people.trust("bob", change.fingerprint)
    assert bob.inbox.texts(1) == ["two"]
    wait_until(lambda: ("bob", "two", "sent") in alice.statuses(), "it is sent")


def test_another_key_is_told_again_at_the_next_start(village: Town) -> None:
    """Whoever missed it would wonder for ever why nothing arrives."""
    alice, bob = met(village)
    bob.stop()
    bob = moved(village, "bob").start()
    alice.node.send(["bob"], "two")
    alice.inbox.wait_for(events.KeyChanged)
    alice.stop()
    alice.start()
    first, again = alice.inbox.wait_for(events.KeyChanged, count=2)
    assert again == first
    alice.node.people.trust("bob", again.fingerprint)
    assert bob.inbox.texts(1) == ["two"]


def test_a_void_key_is_refused_by_contacts(village: Town) -> None:
    """Whoever was away hears of it at the next sign-in; told once, and then the lost machine gets nothing."""
    alice, lost = met(village)
    alice.stop()
    lost.stop()
    village.people["lost"] = lost
    moved(village, "bob")
    alice.start()
    alice.inbox.wait_for(events.Warn, lambda event: "old key is void" in event.message)
    with pytest.raises(UserError, match="void"):
        lost.start()  # the registry refuses it, and yet its node runs on and may dial
    alice.stop()
    alice.start()
    told = [event for event in alice.inbox.of(events.Warn) if "old key is void" in event.message]
    assert len(told) == 1
    user = alice.node.people.get("bob")
    assert user.revoked
    assert not user.verified


def test_a_void_key_is_hung_up_on(village: Town) -> None:
    """Before it is told: whoever has the lost machine says nothing more on a link of before."""
    alice, lost = met(village)
    village.people["lost"] = lost
    assert "bob" in alice.node._switchboard._conversations
    moved(village, "bob")
    alice.inbox.wait_for(events.Warn, lambda event: "old key is void" in event.message)
    assert "bob" not in alice.node._switchboard._conversations


def test_only_the_authority_voids_a_key(village: Town) -> None:
    alice, bob = met(village)
    key = bob.node.credentials.identity.public_key
    alice.node._key_revoked(Revoked("bob", key, "2026-01-01T00:00:00.000Z", b"s" * 64))
    assert not alice.node.people.get("bob").revoked
    assert alice.inbox.of(events.Warn) == []
    assert "bob" in alice.node._switchboard._conversations


def test_a_void_key_is_no_first_key(village: Town) -> None:
    """Its certificate still runs; whoever never met its owner asks the registry, if that can be asked."""
    alice = village.person("alice").start()
    lost = village.person("bob")
    found = Credentials(lost.home, lost.keyring)
    moved(village, "bob")
    assert first_words(alice, found) == b""
    assert alice.node.people.find("bob") is None
    village.close_registry()
    alice.inbox.wait_for(events.Warn, lambda event: "is away" in event.message)
    assert first_words(alice, found) != b""


def test_a_machine_that_is_superseded_stays_away(village: Town) -> None:
    _, old = met(village)
    village.people["old"] = old
    moved(village, "bob").start()
    (failure,) = old.inbox.wait_for(events.Failure)
    assert "enrolled on another machine" in failure.message
    assert not old.node.signed_in


def test_safety_numbers() -> None:
    alice, bob = Identity("alice", "a", b"a" * 32), Identity("bob", "b", b"b" * 32)
    number = safety_number(alice, bob)
    assert number == safety_number(bob, alice)
    assert len(number.replace(" ", "")) == 60
    others = {
        safety_number(Identity("alice", "a", b"x" * 32), bob),
        safety_number(alice, Identity("bob", "b", b"x" * 32)),
        safety_number(alice, Identity("carol", "b", b"b" * 32)),
    }
    assert len(others | {number}) == 4


def test_another_registry_is_refused(village: Town, tmp_path: Path) -> None:
    """At the same address, as after an attack or a new set-up: the pin holds."""
    alice = village.person("alice")
    village.close_registry()
    shutil.rmtree(village.folder / "registry")
    village.open_registry()
    with pytest.raises(TrustError, match="not the one that you enrolled with"):
        alice.start()


def test_an_expired_certificate_renews_itself(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was away for a month signs in, and contacts take the new one."""
    with monkeypatch.context() as patch:
        patch.setattr("chat.registry.authority.PERSON_DAYS", 0)
        alice = village.person("alice")
    before = x509.load_pem_x509_certificate(alice.home.certificate.read_bytes())
    alice.start()
    after = x509.load_pem_x509_certificate(alice.home.certificate.read_bytes())
    assert (after.not_valid_after_utc - before.not_valid_after_utc).days >= 29
    bob = village.person("bob").start()
    alice.node.send(["bob"], "one")
    assert bob.inbox.texts(1) == ["one"]


def test_a_contact_whose_certificate_is_not_valid_now_is_told_of(
    village: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("chat.registry.authority.PERSON_DAYS", 0)
        village.person("alice").start()
    bob = village.person("bob").start()
    bob.node.send(["alice"], "one")
    (told,) = bob.inbox.wait_for(events.Warn)
    assert told.name == "alice"
    assert "not valid any more: sign in on that side" in told.message


def test_nothing_in_the_home_shows_a_text_or_a_key(village: Town) -> None:
    alice, bob = met(village)
    text = "a text that is in no file of theirs"
    alice.node.send(["bob"], text)
    bob.inbox.texts(2)
    secrets = [text.encode(), b"the password of", alice.keyring.local_key, alice.keyring.local_key.hex().encode()]
    for running in (True, False):  # with the journal, and after the end
        files = [path for folder in ("alice", "bob") for path in (village.folder / folder).rglob("*") if path.is_file()]
        assert any(path.suffix == ".db" for path in files)
        if running:
            assert any(path.name.endswith("-wal") for path in files)
        for path in files:
            data = path.read_bytes()
            assert not any(secret in data for secret in secrets), path
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        alice.stop()
        bob.stop()
    assert b"ENCRYPTED" in alice.home.identity.read_bytes()
