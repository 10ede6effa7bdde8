"""Who exists: names, ids, password hashes and keys.

The registry never sees a password: a client derives a proof from it, and of that only a bcrypt hash is
kept. bcrypt costs some 0.4 s of CPU, so it is done at enrolment alone, two at a time; whoever has a
certificate signs in by that.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import bcrypt

from chat.errors import UserError
from chat.net.certificates import Identity
from chat.net.limits import ShortQueue, TokenBucket
from chat.registry.authority import Authority, proven_key, random_peer_id
from chat.times import utc_now
from chat.wire.registry import revocation_statement
from db.accounts import (
    Account,
    Revocation,
    find_account,
    insert_account,
    insert_revocation,
    replace_key,
    revocations_of,
)
from db.connection import Database, transaction
from db.pool import Pool
from db.schema import REGISTRY

BCRYPT_COST = 12
BCRYPTS_AT_ONCE = 2
BCRYPTS_WAITING = 16
SIGNERS = 2  # their stacks take what signing needs: on each connection's own it would be a tenth of its memory
GUESSES = 5
GUESS_EVERY_S = 60.0
NEW_KEYS = 20  # for one account: whoever watches it is told of every key that is void
NEW_KEY_EVERY_S = 3600.0


@dataclass(frozen=True)
class Enrolment:
    """What came of one: the account, its certificate in DER, and the old key's end if there was one."""

    account: Account
    certificate: bytes
    revocation: Revocation | None


class Accounts:
    """The accounts in one database. Any thread may call; each borrows a connection.

    `warnings` says what of the database server's settings endangers them.
    """

    def __init__(
        self,
        database: Database,
        authority: Authority,
        *,
        cost: int = BCRYPT_COST,
        new_accounts: TokenBucket,
    ) -> None:
        self._authority = authority
        self._cost = cost
        self._pool = Pool(database)
        self._bcrypts = ShortQueue(BCRYPTS_AT_ONCE, BCRYPTS_WAITING)
        self._guesses = TokenBucket(1 / GUESS_EVERY_S, GUESSES)
        self._new_keys = TokenBucket(1 / NEW_KEY_EVERY_S, NEW_KEYS)
        self._new_accounts = new_accounts
        self._signers = ThreadPoolExecutor(SIGNERS, "signer")
        with self._pool.borrow() as connection:
            REGISTRY.apply(connection, "a registry")
            self.warnings = connection.warnings()

    def find(self, name: str) -> Account | None:
        """The account of that name."""
        with self._pool.borrow() as connection:
            return find_account(connection, name)

    def revocations(self, names: Sequence[str]) -> list[Revocation]:
        """The keys of these people that are void."""
        with self._pool.borrow() as connection:
            return revocations_of(connection, names)

    def certify(self, account: Account) -> bytes:
        """A new certificate for the account's key, in DER."""
        identity = Identity(account.name, account.peer_id, account.public_key)
        return self._signers.submit(self._authority.certify, identity).result()

    def enrol(self, name: str, proof: bytes, csr: bytes, address: str) -> Enrolment:
        """Make the account, or put a new key into it if `proof` is that of its password.

        Raises UserError for a wrong proof, too many of them, a bad request, or a full queue.
        """
        key = proven_key(csr)
        account = self.find(name)
        if account is None:
            return self._make(name, proof, key, address)
        self._check_proof(account, proof, address)
        return self._replace(account, key)

    def close(self) -> None:
        """Give threads and connections back."""
        self._signers.shutdown()
        self._pool.close()

    def _make(self, name: str, proof: bytes, key: bytes, address: str) -> Enrolment:
        if not self._new_accounts.take(address, time.monotonic()):
            raise UserError("Too many new accounts come from your address: try again in a few minutes.")
        with self._bcrypts.turn():
            hashed = bcrypt.hashpw(_bcrypt_input(proof), bcrypt.gensalt(self._cost))
        account = Account(name, random_peer_id(), hashed, key, utc_now())
        with self._pool.borrow() as connection:
            if not insert_account(connection, account):
                raise UserError(f"The name {name} was taken just now: choose another.")
        return Enrolment(account, self.certify(account), None)

    def _check_proof(self, account: Account, proof: bytes, address: str) -> None:
        """UserError unless it is right. A guess counts before it is checked, so that many at once gain nothing."""
        keys, now = (f"name {account.name}", f"address {address}"), time.monotonic()
        taken = [key for key in keys if self._guesses.take(key, now)]
        try:
            if len(taken) < len(keys):
                raise UserError(f"Too many wrong passwords for {account.name}: try again in a few minutes.")
            with self._bcrypts.turn():
                right = bcrypt.checkpw(_bcrypt_input(proof), account.password_hash)
        except UserError:
            self._forget_guess(taken, now)  # it was not checked
            raise
        if not right:
            raise UserError(f"The name {account.name} is taken, and this is not its password.")
        self._forget_guess(taken, now)

    def _forget_guess(self, taken: Sequence[str], now: float) -> None:
        for key in taken:
            self._guesses.give_back(key, now)

    def _replace(self, account: Account, key: bytes) -> Enrolment:
        if key == account.public_key:
            return Enrolment(account, self.certify(account), None)
        if any(revocation.public_key == key for revocation in self.revocations([account.name])):
            raise UserError("That key is void: enrol with a new one.")
        if not self._new_keys.take(account.name, time.monotonic()):
            raise UserError(f"{account.name} had too many new keys: try again in an hour.")
        when = utc_now()
        statement = revocation_statement(account.name, account.public_key, when)
        revocation = Revocation(account.public_key, account.name, when, self._authority.sign(statement))
        with self._pool.borrow() as connection, transaction(connection):
            if not replace_key(connection, account.name, account.public_key, key, when):
                raise UserError(f"{account.name} enrolled on another machine just now: try again.")
            insert_revocation(connection, revocation)
        renewed = Account(account.name, account.peer_id, account.password_hash, key, when)
        return Enrolment(renewed, self.certify(renewed), revocation)


def _bcrypt_input(proof: bytes) -> bytes:
    return proof.hex().encode()  # 64 bytes without a NUL; bcrypt takes 72 and stops at one
