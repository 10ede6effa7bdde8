"""A line of an export. docs/export.md describes the schema; a test compares the two."""

import msgspec

SCHEMA_VERSION = 1


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One message. Every field is in every line, so that tables are made of it without questions.

    In an anonymised export `time` is null and the people are pseudonyms; in a private one they are themselves.
    """

    version: int = SCHEMA_VERSION
    n: int
    conversation: str
    room: str | None
    sender: str = msgspec.field(name="from")
    to: tuple[str, ...]
    kind: str
    text: str
    day: int | None
    part: str | None
    time: str | None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


def encode_line(record: Record) -> bytes:
    """A line of JSON with its line break."""
    return _encoder.encode(record) + b"\n"


def decode_line(line: bytes) -> Record:
    """The record of a line. msgspec.DecodeError if it is none."""
    return _decoder.decode(line)
