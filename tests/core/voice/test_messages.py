"""What a child may say: everything else is an error, not a surprise further in."""

import math

import msgspec
import pytest

from chat.core.voice.messages import Ended, Listens, Missing, Opened, Passed, Refused, Said, Sound, child_codec
from chat.errors import RemoteProtocolError
from chat.wire.codec import encode

FINE = [
    Opened(None),
    Opened(12.5),
    Listens("an engine", bytes(32), "en,de"),
    Said(0.0, 1.5, "Hello.", None),
    Said(0.0, 1.5, "Hello.", 0.5),
    Passed(10.0),
    Sound(b"\0\0"),
    Ended(12.5),
    Refused("no recording"),
    Missing("install it"),
]
WRONG = [
    Opened(-1.0),
    Opened(math.inf),
    Opened(math.nan),
    Passed(1e9),
    Ended(math.nan),
    Listens("an engine", bytes(31), "en"),
    Listens("x" * 81, bytes(32), "en"),
    Said(0.0, 1.5, "", None),
    Said(0.0, 1.5, "x" * 10_001, None),
    Said(0.0, 1.5, "Hello.", 1.5),
    Said(0.0, 1.5, "Hello.", math.nan),
    Sound(b""),
    Sound(bytes(64 * 1024 + 1)),
    Refused("x" * 501),
]


@pytest.mark.parametrize("message", FINE, ids=str)
def test_there_and_back(message: msgspec.Struct) -> None:
    assert child_codec.decode(encode(message)) == message


@pytest.mark.parametrize("message", WRONG, ids=lambda message: repr(message)[:40])
def test_out_of_bounds(message: msgspec.Struct) -> None:
    with pytest.raises(RemoteProtocolError):
        child_codec.decode(encode(message))
