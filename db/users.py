"""User: the people this person knows of."""

from collections.abc import Iterable
from dataclasses import dataclass

from db.connection import Connection, Value

_COLUMNS = "name, ip, port, contact, blocked, muted, verified, revoked, peer_id, public_key, shown_key, read_up_to"
_CHANGEABLE = frozenset(_COLUMNS.split(", ")) - {"name"}


@dataclass(frozen=True, slots=True)
class User:
    """A row of User; a key is an Ed25519 public key of 32 bytes, or empty."""

    name: str
    ip: str
    port: int
    contact: bool
    blocked: bool
    muted: bool
    verified: bool
    revoked: bool
    peer_id: str
    public_key: bytes
    shown_key: bytes
    read_up_to: int


def find_user(connection: Connection, name: str) -> User | None:
    """The row of that name."""
    rows = connection.query(f"SELECT {_COLUMNS} FROM `User` WHERE name = ?", (name,))
    return _user(*rows[0]) if rows else None


def all_users(connection: Connection) -> list[User]:
    """Everyone, by name."""
    return [_user(*row) for row in connection.query(f"SELECT {_COLUMNS} FROM `User` ORDER BY name")]


def know(connection: Connection, names: Iterable[str]) -> None:
    """Have a row for each of these; those that are there stay."""
    connection.execute_many(f"{connection.insert_ignore} INTO `User` (name) VALUES (?)", [(name,) for name in names])


def update_user(connection: Connection, name: str, **changes: Value) -> None:
    """Change columns of a row, which is made if there is none."""
    if not _CHANGEABLE.issuperset(changes):
        raise ValueError(f"no such columns: {sorted(changes.keys() - _CHANGEABLE)}")
    connection.execute(f"{connection.insert_ignore} INTO `User` (name) VALUES (?)", (name,))
    if changes:
        assignments = ", ".join(f"{column} = ?" for column in changes)
        connection.execute(f"UPDATE `User` SET {assignments} WHERE name = ?", (*changes.values(), name))


def _user(
    name: str,
    ip: str,
    port: int,
    contact: int,
    blocked: int,
    muted: int,
    verified: int,
    revoked: int,
    peer_id: str,
    public_key: bytes,
    shown_key: bytes,
    read_up_to: int,
) -> User:
    flags = bool(contact), bool(blocked), bool(muted), bool(verified), bool(revoked)
    return User(name, ip, port, *flags, peer_id, bytes(public_key), bytes(shown_key), read_up_to)
