"""An image by way of the child process: stripped of what it tells, or small enough to be shown."""

import os
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chat.core.confined import start_confined
from chat.core.images.messages import MAX_MESSAGE_BYTES, ChildMessage, Image, Refused, Unchanged, child_codec
from chat.errors import RemoteProtocolError, UserError
from chat.wire.frames import HEADER

MODULE = "chat.core.images.child"
TIMEOUT_S = 90.0
BYTES_PER_PIXEL = 3

STRIPPED = ("image/jpeg", "image/png", "image/webp")
TELLS_NOTHING = ("image/gif", "image/bmp", "image/svg+xml")


class NotAnImage(UserError):
    """It cannot be read as an image; the sentence says why."""


@dataclass(frozen=True)
class Picture:
    """Pixels, row by row from the top, three bytes each: red, green, blue."""

    pixels: bytes
    width: int
    height: int


def without_metadata(path: Path, media_type: str) -> bytes | None:
    """The image without place, time and camera in it; None if it has none of that. NotAnImage if that cannot be."""
    if media_type in TELLS_NOTHING:
        return None
    if media_type not in STRIPPED:
        raise NotAnImage(f"What {path.name} tells of place and camera cannot be removed from {media_type}.")
    answer, data = _ask(path, "strip")
    if isinstance(answer, Refused):
        raise NotAnImage(f"What {path.name} tells of place and camera cannot be removed. {answer.reason}")
    return None if isinstance(answer, Unchanged) else data


def preview(path: Path, width: int, height: int) -> Picture:
    """The image within that many pixels each way. NotAnImage if it cannot be shown."""
    answer, data = _ask(path, "preview", str(width), str(height))
    if isinstance(answer, Refused):
        raise NotAnImage(answer.reason)
    if (
        not isinstance(answer, Image)
        or (answer.width > width or answer.height > height)
        or len(data) != answer.width * answer.height * BYTES_PER_PIXEL
    ):
        raise NotAnImage(f"{path.name} made the program that reads images fail.")
    return Picture(data, answer.width, answer.height)


def _ask(path: Path, *arguments: str) -> tuple[ChildMessage, bytes]:
    with _open(path) as file, start_confined(MODULE, *arguments, file=file) as process:
        try:
            output, _ = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise NotAnImage(f"{path.name} takes too long to read.") from None
    try:
        (length,) = HEADER.unpack_from(output)
        message = child_codec.decode(output[HEADER.size : HEADER.size + min(length, MAX_MESSAGE_BYTES)])
        data = output[HEADER.size + length :]
        if isinstance(message, Image) and message.length != len(data):
            raise RemoteProtocolError("cut off")
    except (struct.error, RemoteProtocolError):
        raise NotAnImage(f"{path.name} made the program that reads images fail.") from None
    return message, data


def _open(path: Path) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotAnImage(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAnImage(f"{path} is no ordinary file.")
    return os.fdopen(descriptor, "rb", buffering=0)
