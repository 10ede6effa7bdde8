"""The rules of a stream: what is next, what was held before, and who of two was set back in time.

A sender numbers what it writes to one recipient 1, 2, 3 … in a *stream*, and chains the numbers:

    chain_0 = stream          chain_n = SHA-256(chain_{n-1} ‖ message_id_n ‖ digest_n)

Equal chains at n mean equal messages up to n. A database that was restored from an old copy, or
copied and used twice, shows as a chain that differs or as a position that the sender never wrote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from chat.wire.messages import Message, Position, digest_of


def extend_chain(chain: bytes, message_id: bytes, digest: bytes) -> bytes:
    """The chain after one more message."""
    return sha256(chain + message_id + digest).digest()


def start_of(stream: bytes) -> Position:
    """The position of a stream of which nothing is held."""
    return Position(stream, 0, stream)


class BadStream(Exception):
    """The peer's messages do not follow on what is held: the link is closed and nothing acknowledged."""


def advance(held: Position, messages: Iterable[Message]) -> tuple[Position, list[Message]]:
    """The position after `messages`, all of the held stream, and those of them that are new, in order.

    What was held before is passed over. Raises BadStream for a gap or a digest that is not the body's.
    """
    n, chain = held.n, held.chain
    fresh = []
    for message in messages:
        if message.seq <= n:
            continue
        if message.seq != n + 1:
            raise BadStream(f"message {message.seq} came after {n}")
        if digest_of(message.body) != message.digest:
            raise BadStream(f"the digest of message {message.seq} is not that of its text")
        chain = extend_chain(chain, message.message_id, message.digest)
        n += 1
        fresh.append(message)
    return Position(held.stream, n, chain), fresh


class Renewal(Enum):
    """Why a new stream is opened, and so which rows go into it."""

    NEW_KEY = "new key"  # the recipient's database is another one: what is still pending
    SET_BACK = "set back"  # ours or theirs was restored or copied: everything, their dedup drops what they have


@dataclass(frozen=True)
class Outbound:
    """The current stream to one recipient: `key` is the one it was first sent under, empty until then."""

    stream: bytes
    key: bytes
    last: int
    chain: bytes


def held_position(stream: bytes, reported: Sequence[Position]) -> Position:
    """What the peer reported of `stream`: a stream it does not name is one it holds nothing of."""
    return next((position for position in reported if position.stream == stream), start_of(stream))


def resume(outbound: Outbound, key: bytes, held: Position, own_chain: bytes | None) -> Renewal | None:
    """Whether the current stream can go on after `held`, which the peer with `key` reported.

    `own_chain` is our chain at `held.n`, None if we have no such row. None means: go on.
    """
    if outbound.key and outbound.key != key:
        return Renewal.NEW_KEY
    if held.n > outbound.last or own_chain != held.chain:
        return Renewal.SET_BACK
    return None
