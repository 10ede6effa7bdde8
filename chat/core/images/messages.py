"""What the child process says: one message, then the bytes that it speaks of."""

from typing import Annotated

import msgspec

from chat.wire.codec import Codec

MAX_MESSAGE_BYTES = 4 * 1024
MAX_IMAGE_BYTES = 512 * 1024 * 1024
MAX_SIDE = 1_000_000

Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE)]


class Image(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """An image of so many bytes follows; `width` and `height` are its pixels."""

    length: Annotated[int, msgspec.Meta(ge=1, le=MAX_IMAGE_BYTES)]
    width: Side
    height: Side


class Unchanged(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """There is nothing to remove."""


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """It is no image that can be read."""

    reason: Annotated[str, msgspec.Meta(max_length=300)]


ChildMessage = Image | Unchanged | Refused

child_codec: Codec[ChildMessage] = Codec(ChildMessage)
