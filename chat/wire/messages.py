"""What two peers say to each other. docs/protocol.md is the catalogue.

A message's body travels as the very bytes that its digest was taken of, so that a receiver can check
one from a newer version, with fields it does not know.
"""

from hashlib import sha256
from typing import Annotated

import msgspec

from chat.wire.codec import (
    MAX_RECIPIENTS,
    MAX_TEXT_BYTES,
    Codec,
    Digest,
    Id16,
    Port,
    UInt,
    WireName,
    encode,
)
from chat.wire.names import MAX_ROOM_CHARS, ROOM_PATTERN

MINOR_VERSION = 0
MAX_POSITIONS = 8
MAX_FILE_NAME_CHARS = 255

OptionalId = Annotated[bytes, msgspec.Meta(max_length=16)]
Chain = Annotated[bytes, msgspec.Meta(min_length=16, max_length=32)]
Kind = Annotated[str, msgspec.Meta(min_length=1, max_length=16, pattern=r"^[a-z]+\Z")]
Room = Annotated[str, msgspec.Meta(max_length=MAX_ROOM_CHARS, pattern=rf"{ROOM_PATTERN}|^\Z")]
Time = Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[0-9TZ:.+-]*\Z")]


class Position(msgspec.Struct, frozen=True, array_like=True):
    """How far a stream is held: its first `n` messages, and the chain over them."""

    stream: Id16
    n: UInt
    chain: Chain


class Attachment(msgspec.Struct, frozen=True, array_like=True):
    """A file that belongs to a message: its own name, bytes, media type, and SHA-256 of the whole."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_FILE_NAME_CHARS)]
    size: UInt
    type: Annotated[str, msgspec.Meta(max_length=100)]
    digest: Digest


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person wrote, to whom, and when by the writer's clock. A room's lines name the room instead of people.

    Left-out defaults keep the bytes, and so the digest, of a body as they are when fields are appended.
    """

    kind: Kind = msgspec.field(name="k")
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT_BYTES)] = msgspec.field(name="t")
    to: Annotated[tuple[WireName, ...], msgspec.Meta(max_length=MAX_RECIPIENTS)] = msgspec.field(name="to")
    time: Time = msgspec.field(name="at")
    file: Attachment | None = msgspec.field(name="f", default=None)
    room: Room = msgspec.field(name="r", default="")


class Hello(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The first message each way: who may do what. `link` is the link's id, from its dialler alone.

    `exportable`: False, if nothing of mine may be in an anonymised export of yours.
    """

    minor: UInt
    capabilities: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=32)], ...], msgspec.Meta(max_length=64)]
    link: OptionalId
    holds: OptionalId
    port: Port
    exportable: bool = True


class Nominate(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """From the side with the lower fingerprint: this link it is, and this is what I hold of your streams."""

    positions: Annotated[tuple[Position, ...], msgspec.Meta(max_length=MAX_POSITIONS)]


class Accept(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """The answer to Nominate: this is what I hold of yours."""

    positions: Annotated[tuple[Position, ...], msgspec.Meta(max_length=MAX_POSITIONS)]


class Message(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """The `seq`-th message of a stream. `digest` is SHA-256 of `body`, the encoded Body."""

    stream: Id16
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    message_id: Id16
    digest: Digest
    body: bytes


class Ack(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """All of the stream up to `n` is on my disk."""

    stream: Id16
    n: UInt
    chain: Chain


class Ping(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Are you there?"""


class Pong(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """I am."""


class Want(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """The file of that message may come: open a transfer connection to me, as you opened this link."""

    message_id: Id16


class Ask(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """What became of the file of that message? Answered by Done or Declined once there is an answer."""

    message_id: Id16


class Done(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """The file of that message is on my disk, whole, with this digest."""

    message_id: Id16
    digest: Digest


class Declined(msgspec.Struct, frozen=True, array_like=True, tag=11):
    """I do not take the file of that message."""

    message_id: Id16


class Cancelled(msgspec.Struct, frozen=True, array_like=True, tag=12):
    """The file of that message is not to be had any more."""

    message_id: Id16


FileMessage = Want | Ask | Done | Declined | Cancelled
PeerMessage = Hello | Nominate | Accept | Message | Ack | Ping | Pong | FileMessage

peer_codec: Codec[PeerMessage] = Codec(PeerMessage)
body_codec: Codec[Body] = Codec(Body)


def digest_of(body: bytes) -> bytes:
    """The digest of an encoded body."""
    return sha256(body).digest()


def encode_body(
    kind: str, text: str, to: tuple[str, ...], time: str, file: Attachment | None = None, room: str = ""
) -> bytes:
    """A body's bytes: the same for the same values, at every version of this program."""
    return encode(Body(kind=kind, text=text, to=to, time=time, file=file, room=room))
