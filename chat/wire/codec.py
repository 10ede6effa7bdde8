"""Messages to bytes and back: MessagePack of tagged msgspec structs, validated while they are decoded.

Fields that a newer version appended are ignored; an unknown kind of message is an error.
"""

from typing import Annotated, Any, Generic, TypeVar

import msgspec

from chat.errors import RemoteProtocolError
from chat.wire.names import MAX_NAME_CHARS, MAX_ROOM_CHARS, NAME_PATTERN, ROOM_PATTERN
from chat.wire.nesting import is_shallow

MAX_INT = 2**63 - 1  # what both databases hold in a BIGINT
MAX_TEXT_BYTES = 65_535
MAX_RECIPIENTS = 256
HARMLESS_BYTES = 512  # so few cannot be nested deeply enough to matter, and most messages are no longer

UInt = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
WireName = Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARS, pattern=NAME_PATTERN)]
RoomName = Annotated[str, msgspec.Meta(max_length=MAX_ROOM_CHARS, pattern=ROOM_PATTERN)]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Id16 = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
PublicKey = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
PeerId = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9]+\Z")]

M = TypeVar("M")

_encoder = msgspec.msgpack.Encoder()


def encode(message: msgspec.Struct) -> bytes:
    """The bytes of a message."""
    return _encoder.encode(message)


class Codec(Generic[M]):
    """Decodes one family of messages."""

    def __init__(self, family: Any) -> None:  # noqa: ANN401 - a union of structs has no type of its own
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(family)

    def decode(self, payload: bytes) -> M:
        """The message in `payload`; RemoteProtocolError if it is none."""
        if len(payload) > HARMLESS_BYTES and not is_shallow(payload):
            raise RemoteProtocolError("A message that is none: it is nested too deeply.")
        try:
            return self._decoder.decode(payload)
        except ValueError as error:
            raise RemoteProtocolError(f"A message that is none: {error}") from None
