"""What the child process says: frames on a pipe, as between peers, and checked as theirs are.

The child has read a stranger's file: what comes from it is believed no more than what comes from a stranger.
"""

from typing import Annotated

import msgspec

from chat.wire.codec import Codec, Digest

MAX_MESSAGE_BYTES = 80 * 1024
MAX_SOUND_BYTES = 64 * 1024
MAX_S = 24 * 3600
MAX_DURATION_S = 2 * 3600  # of a recording that is read

Seconds = Annotated[float, msgspec.Meta(ge=0, le=MAX_S)]
Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Opened(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The recording is open. `duration_s` as its header says, if it does."""

    duration_s: Seconds | None


class Listens(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Which engine listens, with which model. `languages`: ISO 639-1, separated by commas."""

    engine: Annotated[str, msgspec.Meta(max_length=80)]
    model_sha256: Digest
    languages: Annotated[str, msgspec.Meta(max_length=1000)]


class Said(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """These words, from and to when; confidence where the engine has one."""

    start_s: Seconds
    end_s: Seconds
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    confidence: Chance | None


class Passed(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """So much of the recording is done."""

    done_s: Seconds


class Sound(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """The next sound: 16-bit little-endian samples, one channel, 16 kHz."""

    samples: Annotated[bytes, msgspec.Meta(min_length=2, max_length=MAX_SOUND_BYTES)]


class Ended(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """That was all."""

    duration_s: Seconds


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """It cannot be done, and never will be: the recording is no recording."""

    reason: Annotated[str, msgspec.Meta(max_length=500)]


class Missing(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """It cannot be done on this machine as it is: what to install."""

    reason: Annotated[str, msgspec.Meta(max_length=500)]


ChildMessage = Opened | Listens | Said | Passed | Sound | Ended | Refused | Missing

child_codec: Codec[ChildMessage] = Codec(ChildMessage)
