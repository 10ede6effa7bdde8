"""Account and Revocation: who exists for the registry, and which keys are void."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.connection import Connection

NAMES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Account:
    """A row of Account; the key is a raw Ed25519 public key."""

    name: str
    peer_id: str
    password_hash: bytes
    public_key: bytes
    enrolled: str


@dataclass(frozen=True, slots=True)
class Revocation:
    """A row of Revocation."""

    public_key: bytes
    name: str
    time: str
    signature: bytes


def find_account(connection: Connection, name: str) -> Account | None:
    """The account of that name."""
    rows = connection.query(
        "SELECT name, peer_id, password_hash, public_key, enrolled FROM Account WHERE name = ?", (name,)
    )
    return Account(*rows[0]) if rows else None


def insert_account(connection: Connection, account: Account) -> bool:
    """Make it; False if the name was taken meanwhile."""
    values = account.name, account.peer_id, account.password_hash, account.public_key, account.enrolled
    inserted = connection.execute(
        f"{connection.insert_ignore} INTO Account (name, peer_id, password_hash, public_key, enrolled)"
        " VALUES (?, ?, ?, ?, ?)",
        values,
    )
    return inserted > 0


def replace_key(connection: Connection, name: str, old: bytes, new: bytes, time: str) -> bool:
    """Put a new key in the old one's place; False if that was replaced meanwhile."""
    changed = connection.execute(
        "UPDATE Account SET public_key = ?, enrolled = ? WHERE name = ? AND public_key = ?", (new, time, name, old)
    )
    return changed > 0


def insert_revocation(connection: Connection, revocation: Revocation) -> None:
    """Void a key for good."""
    connection.execute(
        f"{connection.insert_ignore} INTO Revocation (public_key, name, time, signature) VALUES (?, ?, ?, ?)",
        (revocation.public_key, revocation.name, revocation.time, revocation.signature),
    )


def revocations_of(connection: Connection, names: Sequence[str]) -> list[Revocation]:
    """The void keys of these people, the oldest first."""
    found: list[Revocation] = []
    for start in range(0, len(names), NAMES_AT_ONCE):
        some = names[start : start + NAMES_AT_ONCE]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT public_key, name, time, signature FROM Revocation WHERE name IN ({marks}) ORDER BY time"
        found += [Revocation(*row) for row in connection.query(sql, some)]
    return found
