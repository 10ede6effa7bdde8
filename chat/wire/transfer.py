"""What is said on a transfer connection: a few messages, then the bytes of one file, bare.

Whoever opened the link between the two opens this connection too, for it is known to get through:

    receiver dialled     FETCH(message_id, offset) →          ← SENDING(length), bytes
    sender dialled       OFFER(message_id) →   ← FETCH(…)     SENDING(length), bytes →

REFUSED in place of FETCH or SENDING says why not. Then the connection ends: one file, one connection.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from chat.wire.codec import Codec, Id16, UInt

MAX_MESSAGE_BYTES = 4 * 1024


class Why(StrEnum):
    """The reasons that the other side can act on."""

    GONE = "gone"  # cancelled, or the file is not what it was: it will never come
    LATER = "later"  # not now: try again


class Fetch(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Send me the file of that message from `offset` on."""

    message_id: Id16
    offset: UInt


class Offer(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """You wanted the file of that message: say from where."""

    message_id: Id16


class Sending(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """So many bytes follow, and nothing after them."""

    length: UInt


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """No, and why."""

    why: Why
    message: Annotated[str, msgspec.Meta(max_length=200)]


TransferMessage = Fetch | Offer | Sending | Refused

transfer_codec: Codec[TransferMessage] = Codec(TransferMessage)
