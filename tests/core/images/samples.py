"""Images that tell something, and files that only say that they are images."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

SECRET = b"SecretCamera"
TURNED = 6  # EXIF orientation: rotated by a quarter
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def photograph(folder: Path, ending: str, *, tells: bool = True) -> Path:
    """A small photograph, taken with SECRET at a place."""
    path = folder / f"photo.{ending}"
    exif = Image.Exif()
    options: dict[str, Any] = {}
    if tells:
        exif[0x0112] = TURNED
        exif[0x010F] = SECRET.decode()
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
        options["exif"] = exif.tobytes()
        if ending == "png":
            text = PngImagePlugin.PngInfo()
            text.add_text("Comment", f"by {SECRET.decode()}")
            options["pnginfo"] = text
        if ending == "jpg":
            options["comment"] = SECRET
    Image.radial_gradient("L").convert("RGB").save(path, **options)
    return path


def bomb() -> bytes:
    """A PNG of 100,000 by 100,000 pixels in a few kilobytes."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def cut_off(folder: Path) -> bytes:
    """The first half of a photograph."""
    whole = photograph(folder, "jpg").read_bytes()
    return whole[: len(whole) // 2]


def orientation(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        return int(image.getexif().get(0x0112, 1))


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()
