"""A line of the file, as docs/export.md describes it."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from chat.core.export.records import SCHEMA_VERSION, Record, decode_line, encode_line

DOCUMENT = (Path(__file__).parents[3] / "docs/export.md").read_text("utf-8")
RECORD = Record(
    n=1,
    conversation="g",
    room=None,
    sender="a",
    to=("b", "c"),
    kind="text",
    text="x\ny",
    day=None,
    part="night",
    time=None,
)


def test_there_and_back() -> None:
    line = encode_line(RECORD)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert decode_line(line) == RECORD


def test_every_field_is_in_every_line_as_documented() -> None:
    fields = re.findall(r"^\| `(\w+)` \| (\w+)", DOCUMENT, re.MULTILINE)
    assert list(json.loads(encode_line(RECORD))) == [name for name, _ in fields]
    types = {"integer": int, "string": str, "list": list}
    for name, kind in fields:
        value = json.loads(encode_line(RECORD))[name]
        assert value is None or isinstance(value, types[kind]), name


def test_the_version_is_the_documented_one() -> None:
    assert f"schema version {SCHEMA_VERSION}" in DOCUMENT
    assert json.loads(encode_line(RECORD))["version"] == SCHEMA_VERSION


def test_what_is_no_record_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_line(b'{"n": "one"}')
