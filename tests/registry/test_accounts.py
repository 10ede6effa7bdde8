"""Accounts: names once, proofs few, keys replaced with a signed end of the old one."""

import threading
from pathlib import Path

import bcrypt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chat.errors import UserError
from chat.net.certificates import read_identity
from chat.net.limits import TokenBucket
from chat.registry.accounts import BCRYPTS_AT_ONCE, GUESSES, NEW_KEYS, Accounts
from chat.registry.authority import Authority
from chat.wire.registry import revocation_statement
from db.accounts import Account
from db.sqlite import SqliteDatabase
from tests.people import wait_until

RIGHT, WRONG, ADDRESS = b"p" * 32, b"w" * 32, "192.0.2.7"
ANY = TokenBucket(1000.0, 1000)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def accounts(authority: Authority, tmp_path: Path) -> Accounts:
    return Accounts(SqliteDatabase(tmp_path / "accounts.db"), authority, cost=4, new_accounts=ANY)


def csr(key: Ed25519PrivateKey | None = None) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key or Ed25519PrivateKey.generate(), None).public_bytes(serialization.Encoding.DER)


def test_a_new_account(accounts: Accounts) -> None:
    key = Ed25519PrivateKey.generate()
    enrolment = accounts.enrol("bob", RIGHT, csr(key), ADDRESS)
    assert enrolment.revocation is None
    identity = read_identity(enrolment.certificate)
    assert (identity.name, identity.public_key) == ("bob", key.public_key().public_bytes_raw())
    found = accounts.find("bob")
    assert found is not None
    assert found.peer_id == identity.peer_id
    assert RIGHT not in found.password_hash
    assert bcrypt.checkpw(RIGHT.hex().encode(), found.password_hash)
    assert accounts.find("carol") is None


def test_every_byte_of_the_proof_counts(accounts: Accounts) -> None:
    """bcrypt alone would stop at a NUL, and at 72 bytes."""
    accounts.enrol("bob", b"\0" * 32, csr(), ADDRESS)
    with pytest.raises(UserError, match="not its password"):
        accounts.enrol("bob", b"\0" * 31 + b"\1", csr(), ADDRESS)


def test_a_new_key_voids_the_old_one(accounts: Accounts, authority: Authority) -> None:
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    first = accounts.enrol("bob", RIGHT, csr(old), ADDRESS)
    second = accounts.enrol("bob", RIGHT, csr(new), ADDRESS)
    assert second.revocation is not None
    assert second.revocation.public_key == old.public_key().public_bytes_raw()
    assert second.account.peer_id == first.account.peer_id
    statement = revocation_statement("bob", second.revocation.public_key, second.revocation.time)
    signer = authority._certificate.public_key()
    assert isinstance(signer, Ed25519PublicKey)
    signer.verify(second.revocation.signature, statement)
    assert accounts.revocations(["bob", "carol"]) == [second.revocation]
    found = accounts.find("bob")
    assert found is not None
    assert found.public_key == new.public_key().public_bytes_raw()
    with pytest.raises(UserError, match="void"):
        accounts.enrol("bob", RIGHT, csr(old), ADDRESS)


def test_the_same_key_again_voids_nothing(accounts: Accounts) -> None:
    """An answer that was lost is asked for again."""
    request = csr(Ed25519PrivateKey.generate())
    accounts.enrol("bob", RIGHT, request, ADDRESS)
    assert accounts.enrol("bob", RIGHT, request, ADDRESS).revocation is None
    assert accounts.revocations(["bob"]) == []


def test_new_keys_are_limited(accounts: Accounts) -> None:
    """Each is told to everybody who watches the account; thousands would fit into no answer, and keep them out."""
    for _ in range(1 + NEW_KEYS):
        accounts.enrol("bob", RIGHT, csr(), ADDRESS)
    last = accounts.find("bob")
    with pytest.raises(UserError, match="too many new keys"):
        accounts.enrol("bob", RIGHT, csr(), ADDRESS)
    assert accounts.find("bob") == last
    assert len(accounts.revocations(["bob"])) == NEW_KEYS
    accounts.enrol("carol", RIGHT, csr(), ADDRESS)
    accounts.enrol("carol", RIGHT, csr(), ADDRESS)


def test_a_wrong_proof_changes_nothing(accounts: Accounts) -> None:
    before = accounts.enrol("bob", RIGHT, csr(), ADDRESS).account
    with pytest.raises(UserError, match="not its password"):
        accounts.enrol("bob", WRONG, csr(), ADDRESS)
    assert accounts.find("bob") == before


def guess(accounts: Accounts, name: str, address: str) -> str:
    with pytest.raises(UserError) as caught:
        accounts.enrol(name, WRONG, csr(), address)
    return str(caught.value)


def test_guesses_are_limited_for_each_account_and_each_address(accounts: Accounts) -> None:
    for name in ("bob", "carol", "dave"):
        accounts.enrol(name, RIGHT, csr(), "192.0.2.1")
    for number in range(GUESSES):
        assert "not its password" in guess(accounts, "bob", f"192.0.2.{number + 10}")
    assert "Too many" in guess(accounts, "bob", "192.0.2.99")
    with pytest.raises(UserError, match="Too many"):
        accounts.enrol("bob", RIGHT, csr(), "192.0.2.99")  # else the answer would tell
    for _ in range(GUESSES):
        assert "not its password" in guess(accounts, "carol", "192.0.2.50")
    assert "Too many" in guess(accounts, "dave", "192.0.2.50")


def test_a_blocked_address_uses_up_nobodys_guesses(accounts: Accounts) -> None:
    for name in ("bob", "carol"):
        accounts.enrol(name, RIGHT, csr(), "192.0.2.1")
    for _ in range(GUESSES):
        guess(accounts, "bob", "192.0.2.66")
    for _ in range(20):
        assert "Too many" in guess(accounts, "carol", "192.0.2.66")
    accounts.enrol("carol", RIGHT, csr(), "192.0.2.1")


def test_right_proofs_are_no_guesses(accounts: Accounts) -> None:
    for _ in range(GUESSES * 2):
        accounts.enrol("bob", RIGHT, csr(), ADDRESS)


def test_guessing_at_once_gains_nothing(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.enrol("bob", RIGHT, csr(), "192.0.2.1")
    checks, checkpw = [], bcrypt.checkpw

    def counting(proof: bytes, hashed: bytes) -> bool:
        checks.append(proof)
        return checkpw(proof, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counting)
    threads = [threading.Thread(target=guess, args=(accounts, "bob", f"192.0.2.{i}")) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(checks) == GUESSES


def test_of_two_who_want_a_name_one_gets_it(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    both_asked = threading.Barrier(2, timeout=20)
    find = accounts.find

    def find_together(name: str) -> Account | None:
        found = find(name)
        both_asked.wait()
        return found

    monkeypatch.setattr(accounts, "find", find_together)
    outcomes: list[str] = []

    def enrol(proof: bytes) -> None:
        try:
            accounts.enrol("bob", proof, csr(), ADDRESS)
            outcomes.append("made")
        except UserError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=enrol, args=(bytes([i]) * 32,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["The name bob was taken just now: choose another.", "made"]


def test_of_two_machines_that_enrol_one_wins(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    account = accounts.enrol("bob", RIGHT, csr(), ADDRESS).account
    accounts.enrol("bob", RIGHT, csr(), ADDRESS)
    monkeypatch.setattr(accounts, "find", lambda name: account)  # as it was a moment ago
    with pytest.raises(UserError, match="another machine just now"):
        accounts.enrol("bob", RIGHT, csr(), ADDRESS)
    assert len(accounts.revocations(["bob"])) == 1


def test_two_bcrypts_at_once_then_a_short_queue(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, lock, most, release = [0], threading.Lock(), [0], threading.Event()

    def slow(proof: bytes, salt: bytes) -> bytes:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        assert release.wait(20)
        with lock:
            inside[0] -= 1
        return b"hash"

    monkeypatch.setattr(bcrypt, "hashpw", slow)
    outcomes: list[str] = []

    def enrol(number: int) -> None:
        try:
            accounts.enrol(f"n{number}", RIGHT, csr(), ADDRESS)
            outcomes.append("made")
        except UserError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=enrol, args=(i,)) for i in range(BCRYPTS_AT_ONCE + 16 + 3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(outcomes) == 3, "three were turned away")
    release.set()
    for thread in threads:
        thread.join()
    assert most[0] == BCRYPTS_AT_ONCE
    assert outcomes.count("made") == BCRYPTS_AT_ONCE + 16
    assert sum("busy" in outcome for outcome in outcomes) == 3


def test_new_accounts_are_limited_for_each_address(authority: Authority, tmp_path: Path) -> None:
    accounts = Accounts(SqliteDatabase(tmp_path / "a.db"), authority, cost=4, new_accounts=TokenBucket(0.0, 2))
    for name in ("a", "b"):
        accounts.enrol(name, RIGHT, csr(), ADDRESS)
    with pytest.raises(UserError, match="Too many new accounts"):
        accounts.enrol("c", RIGHT, csr(), ADDRESS)
    accounts.enrol("a", RIGHT, csr(), ADDRESS)  # an account that is there is no new one
    accounts.enrol("c", RIGHT, csr(), "192.0.2.8")


def test_accounts_are_there_after_a_restart(authority: Authority, tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "accounts.db")
    first = Accounts(database, authority, cost=4, new_accounts=ANY)
    made = first.enrol("bob", RIGHT, csr(), ADDRESS).account
    first.close()
    assert Accounts(database, authority, cost=4, new_accounts=ANY).find("bob") == made
