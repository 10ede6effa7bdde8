"""Trust on first use, then pin: which keys are taken for whom.

The first key met under a name is kept for good. Another one gets no link and nothing is stored from it,
until the person trusts exactly the key that was shown.
"""

import hashlib

from chat.core.journal import Refusal
from chat.errors import TrustError, UserError
from chat.net.certificates import Identity, fingerprint, group
from db.connection import Connection
from db.users import find_user, update_user

SAFETY_ROUNDS = 5200
SAFETY_DIGITS = 60


class KeyChanged(TrustError):
    """Somebody came with another key than the one pinned. `is_new`: it was not shown yet."""

    def __init__(self, identity: Identity, *, is_new: bool) -> None:
        self.identity = identity
        self.is_new = is_new
        number = fingerprint(identity.public_key)
        super().__init__(
            f"{identity.name} has another key than before: a new machine, or somebody else. Nothing is exchanged. "
            f"Ask {identity.name} for the fingerprint; if it is {group(number)}, type "
            f"/trust {identity.name} {number}"
        )


def meet(tx: Connection, identity: Identity) -> None:
    """Somebody with a certificate is on the line: pin a first key, check a later one.

    Raises Refusal for someone blocked or a key that is void, KeyChanged for another key.
    """
    user = find_user(tx, identity.name)
    if user is not None and user.blocked:
        raise Refusal(f"{identity.name} is blocked.")
    if user is not None and user.revoked and user.public_key == identity.public_key:
        raise Refusal(f"That key of {identity.name} is void.")
    if user is not None and user.public_key and user.public_key != identity.public_key:
        raise KeyChanged(identity, is_new=user.shown_key != identity.public_key)
    if user is None or (user.public_key, user.peer_id) != (identity.public_key, identity.peer_id):
        update_user(tx, identity.name, public_key=identity.public_key, peer_id=identity.peer_id)


def check_key(tx: Connection, name: str, public_key: bytes) -> None:
    """Refusal unless that is the key trusted now: it may have changed or ended since the handshake."""
    user = find_user(tx, name)
    if user is None or user.revoked or user.public_key != public_key:
        raise Refusal(f"That key of {name} is not trusted any more.")


def revoke(tx: Connection, name: str, public_key: bytes) -> bool:
    """The registry's authority declared a key void: whether that is news, the key being the one pinned."""
    user = find_user(tx, name)
    if user is None or user.revoked or user.public_key != public_key:
        return False
    update_user(tx, name, revoked=1, verified=0)
    return True


def note_shown_key(tx: Connection, identity: Identity) -> None:
    """The person was told of this key: it may be trusted now."""
    update_user(tx, identity.name, shown_key=identity.public_key)


def trust(tx: Connection, name: str, number: str) -> None:
    """Pin the key with that fingerprint, which must be the one shown. UserError if it is not."""
    user = find_user(tx, name)
    if user is None or not user.shown_key:
        raise UserError(f"No other key of {name} was shown, so there is none to trust.")
    if fingerprint(user.shown_key) != number.replace(" ", "").lower():
        raise UserError(f"That is not the fingerprint of the key that {name} showed: {fingerprint(user.shown_key)}.")
    update_user(tx, name, public_key=user.shown_key, shown_key=b"", verified=0, revoked=0)


def safety_number(own: Identity, other: Identity) -> str:
    """60 digits over both keys, the same on both sides, in groups of five.

    Each half is an iterated SHA-512 over key and name, so that a look-alike costs 5,200 hashes a try,
    as Signal's numeric fingerprints do (X. Marlinspike et al., libsignal).
    """
    halves = sorted(_half(identity) for identity in (own, other))
    return group("".join(halves), 5)


def _half(identity: Identity) -> str:
    digest = b"p2pchat\0" + identity.public_key + identity.name.encode()
    for _ in range(SAFETY_ROUNDS):
        digest = hashlib.sha512(digest + identity.public_key).digest()
    fives = (int.from_bytes(digest[i : i + 5], "big") % 100_000 for i in range(0, SAFETY_DIGITS // 2, 5))
    return "".join(f"{five:05}" for five in fives)
