"""What a client and the registry say to each other. docs/protocol.md is the catalogue.

Each request has a number, and one answer with the same number; between them the registry pushes
Presence, Revoked and Superseded as they happen, and what chat/wire/rooms.py has. What a registry says of
someone who is offline, hidden, or has blocked the asker is the same to the byte.
"""

from typing import Annotated

import msgspec

from chat.wire.codec import Address, Codec, PeerId, Port, PublicKey, UInt, WireName
from chat.wire.rooms import RoomPush, RoomRequest, Rooms

MAX_ADDRESSES = 8
MAX_NAMES = 2000
MAX_ANSWER_BYTES = 1024 * 1024
WHO_LIMIT = 500

Names = Annotated[tuple[WireName, ...], msgspec.Meta(max_length=MAX_NAMES)]
Certificate = Annotated[bytes, msgspec.Meta(max_length=4096)]
Sentence = Annotated[str, msgspec.Meta(max_length=500)]


class Presence(msgspec.Struct, frozen=True, array_like=True, tag=32):
    """Where a person is; nowhere while not to be found. Pushed on each change to those who watch."""

    name: WireName
    online: bool
    peer_id: PeerId
    public_key: PublicKey
    addresses: Annotated[tuple[Address, ...], msgspec.Meta(max_length=MAX_ADDRESSES)]
    port: Port


class Introduce(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Who are you? The one question for someone who does not know the authority yet."""

    request: UInt


class Introduced(msgspec.Struct, frozen=True, array_like=True, tag=33):
    """The authority's certificate, DER."""

    request: UInt
    authority: Certificate
    minor: UInt


class Check(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Is the name taken?"""

    request: UInt
    name: WireName


class Checked(msgspec.Struct, frozen=True, array_like=True, tag=34):
    """Whether it is."""

    request: UInt
    taken: bool


class Enrol(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """An account for a name, or its next key. `csr` is a PKCS #10 request in DER, which proves the key."""

    request: UInt
    name: WireName
    proof: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    csr: Annotated[bytes, msgspec.Meta(max_length=2048)]


class Enrolled(msgspec.Struct, frozen=True, array_like=True, tag=35):
    """The certificate, DER; `replaced`: another key had been enrolled, and is void now."""

    request: UInt
    certificate: Certificate
    replaced: bool


class SignIn(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """I am here, by my certificate. Hidden and blocked come in the same step, so that nothing flickers."""

    request: UInt
    port: Port
    addresses: Annotated[tuple[Address, ...], msgspec.Meta(max_length=MAX_ADDRESSES)]
    hidden: bool
    blocked: Names
    watched: Names


class SignedIn(msgspec.Struct, frozen=True, array_like=True, tag=36):
    """A certificate with another 30 days, your address as seen here, and who of those watched can be found."""

    request: UInt
    certificate: Certificate
    observed: Address
    online: Annotated[tuple[Presence, ...], msgspec.Meta(max_length=MAX_NAMES)]


class Watch(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Push the presence of these from now on."""

    request: UInt
    names: Names


class Unwatch(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Push theirs no more."""

    request: UInt
    names: Names


class Block(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """To these I am offline from now on."""

    request: UInt
    names: Names


class Unblock(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """To these I am as to all others again."""

    request: UInt
    names: Names


class Hide(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """To everybody I am offline from now on."""

    request: UInt


class Show(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """I can be found again, on this port."""

    request: UInt
    port: Port


class Lookup(msgspec.Struct, frozen=True, array_like=True, tag=11):
    """Where is this person?"""

    request: UInt
    name: WireName


class Found(msgspec.Struct, frozen=True, array_like=True, tag=37):
    """The presence, or none: there is no such account."""

    request: UInt
    presence: Presence | None


class Who(msgspec.Struct, frozen=True, array_like=True, tag=12):
    """Who can be found, of those whose names start so?"""

    request: UInt
    prefix: Annotated[str, msgspec.Meta(max_length=40)]


class Listing(msgspec.Struct, frozen=True, array_like=True, tag=38):
    """The first WHO_LIMIT of them by name; `more`: there are others."""

    request: UInt
    names: Annotated[tuple[WireName, ...], msgspec.Meta(max_length=WHO_LIMIT)]
    more: bool


class Renew(msgspec.Struct, frozen=True, array_like=True, tag=13):
    """A certificate with another 30 days, please."""

    request: UInt


class Renewed(msgspec.Struct, frozen=True, array_like=True, tag=39):
    """Here it is, DER."""

    request: UInt
    certificate: Certificate


class Done(msgspec.Struct, frozen=True, array_like=True, tag=40):
    """It is so now."""

    request: UInt


class Failed(msgspec.Struct, frozen=True, array_like=True, tag=41):
    """It is not, and why, in a sentence for the person."""

    request: UInt
    message: Sentence


class Revoked(msgspec.Struct, frozen=True, array_like=True, tag=42):
    """This key of that person is void since then; signed by the authority (revocation_statement)."""

    name: WireName
    public_key: PublicKey
    time: Annotated[str, msgspec.Meta(max_length=32)]
    signature: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]


class Superseded(msgspec.Struct, frozen=True, array_like=True, tag=43):
    """This connection ends: the account signed in elsewhere, with another key if `key_changed`."""

    key_changed: bool


class Ping(msgspec.Struct, frozen=True, array_like=True, tag=14):
    """Are you there? Either side may ask."""


class Pong(msgspec.Struct, frozen=True, array_like=True, tag=15):
    """I am."""


PersonRequest = (
    Introduce | Check | Enrol | SignIn | Watch | Unwatch | Block | Unblock | Hide | Show | Lookup | Who | Renew
)
Request = PersonRequest | RoomRequest
Answer = Introduced | Checked | Enrolled | SignedIn | Found | Listing | Rooms | Renewed | Done | Failed
Push = Presence | Revoked | Superseded | RoomPush
FromClient = Request | Ping | Pong
FromRegistry = Answer | Push | Ping | Pong

client_codec: Codec[FromClient] = Codec(FromClient)
registry_codec: Codec[FromRegistry] = Codec(FromRegistry)


def offline(name: str, peer_id: str, public_key: bytes) -> Presence:
    """What is said of someone who cannot be found, whatever the reason."""
    return Presence(name, False, peer_id, public_key, (), 0)


def revocation_statement(name: str, public_key: bytes, time: str) -> bytes:
    """What the authority signs to void a key."""
    return b"p2pchat revocation\0" + b"\0".join((name.encode(), public_key.hex().encode(), time.encode()))
