"""Recordings that are meant to do harm, or were done harm to, each made by code."""

import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.core.voice.samples import FORMATS, speech, write

Damage = Callable[[bytearray, random.Random], bytearray]


def _cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(8, len(data))]


def _flip(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(200):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _spoil_header(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(12):
        data[chance.randrange(4, 200)] = chance.choice((0, 0x7F, 0x80, 0xFF))
    return data


def _double(data: bytearray, chance: random.Random) -> bytearray:
    place = chance.randrange(len(data))
    return data[:place] + data


DAMAGES: dict[str, Damage] = {"cut": _cut, "flipped": _flip, "spoilt": _spoil_header, "doubled": _double}


def damaged(folder: Path) -> Iterator[Path]:
    """Every format with every damage, the same each time."""
    for ending in FORMATS:
        whole = write(folder / f"whole.{ending}", speech(2.0)).read_bytes()
        for name, damage in DAMAGES.items():
            path = folder / f"{name}.{ending}"
            path.write_bytes(damage(bytearray(whole), random.Random(f"{name} {ending}")))
            yield path


def wav_header(*, rate: int = 8_000, channels: int = 1, bits: int = 8, size: int = 0xFFFFFFFF) -> bytes:
    """The header of a WAV file, with whatever it claims."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * frame & 0xFFFFFFFF, frame & 0xFFFF, bits)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size)


def box(kind: bytes, body: bytes, claimed: int | None = None) -> bytes:
    """A part of an MP4 file."""
    return struct.pack(">I", len(body) + 8 if claimed is None else claimed) + kind + body


def _mp4_with_a_table_of(count: int) -> bytes:
    table = box(b"stts", struct.pack(">II", 0, count)) + box(b"stsz", struct.pack(">III", 0, 0, count))
    tables = table + box(b"stsc", struct.pack(">II", 0, count)) + box(b"stco", struct.pack(">II", 0, count))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", tables))))
    return box(b"ftyp", b"M4A \0\0\0\0M4A ") + box(b"moov", track)


def _nested_boxes(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = box(b"moov", data)
    return box(b"ftyp", b"M4A \0\0\0\0M4A ") + data


LIES = {
    "counts.m4a": _mp4_with_a_table_of(0xFFFFFFFF),
    "nested.m4a": _nested_boxes(20_000),
    "channels.wav": wav_header(channels=0xFFFF, bits=32) + bytes(1_000_000),
    "bits.wav": wav_header(bits=0xFFFF) + bytes(100_000),
    "tag.mp3": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"APIC\x7f\x7f\x7f\x7f\0\0" + bytes(1000),
    "nested.webm": b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" * 5000,
    "pages.ogg": (b"OggS\0\0" + bytes(8) + b"abcd" + bytes(8) + b"\xff" + b"\xff" * 255) * 2000,
    "playlist.m3u8": b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "list.txt": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "sdp.sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
}


def lies(folder: Path) -> Iterator[Path]:
    """Files whose headers claim what cannot be, or name what they must not."""
    for name, data in LIES.items():
        path = folder / name
        path.write_bytes(data)
        yield path
