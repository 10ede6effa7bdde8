"""Bodies: their digest is that of the bytes, which stay the same when fields are appended."""

from hashlib import sha256
from typing import Annotated

import msgspec
import pytest
from hypothesis import given

from chat.errors import RemoteProtocolError
from chat.wire.codec import MAX_TEXT_BYTES, Codec, encode
from chat.wire.messages import Body, body_codec, digest_of, encode_body
from tests.wire.strategies import messages

bodies = messages(Body)


class LaterBody(Body, frozen=True, omit_defaults=True):
    """A body of a version to come, with another field."""

    reply_to: Annotated[bytes, msgspec.Meta(max_length=16)] = msgspec.field(name="re", default=b"")


@given(bodies)
def test_bodies_round_trip(body: Body) -> None:
    data = encode_body(body.kind, body.text, body.to, body.time, body.file, body.room)
    assert body_codec.decode(data) == body
    assert digest_of(data) == sha256(data).digest()


@given(bodies)
def test_a_left_out_default_keeps_the_digest(body: Body) -> None:
    later = LaterBody(kind=body.kind, text=body.text, to=body.to, time=body.time, file=body.file, room=body.room)
    assert encode(later) == encode(body)


@given(bodies)
def test_a_later_field_is_ignored_and_digested(body: Body) -> None:
    fields = {name: getattr(body, name) for name in body.__struct_fields__}
    later = encode(LaterBody(**fields, reply_to=b"x"))
    assert body_codec.decode(later) == body
    assert digest_of(later) != digest_of(encode(body))


def test_the_bytes_are_pinned() -> None:
    """Another encoding would void every digest that is stored."""
    data = encode_body("text", "hi", ("bob",), "2026-01-01T00:00:00.000Z")
    assert data.hex() == (
        "84a16ba474657874a174a26869a2746f91a3626f62a26174b8323032362d30312d30315430303a30303a30302e3030305a"
    )


def test_the_bytes_of_a_line_in_a_room_are_pinned() -> None:
    data = encode_body("text", "hi", (), "2026-01-01T00:00:00.000Z", room="#tea")
    assert data.hex() == (
        "85a16ba474657874a174a26869a2746f90a26174b8323032362d30312d30315430303a30303a30302e3030305aa172a423746561"
    )


@pytest.mark.parametrize(
    "body",
    [
        Body("", "t", ("bob",), ""),
        Body("TEXT", "t", ("bob",), ""),
        Body("text", "t" * (MAX_TEXT_BYTES + 1), ("bob",), ""),
        Body("text", "t", (), "", room="tea"),
        Body("text", "t", (), "", room="#"),
        Body("text", "t", (), "", room="#Tea"),
        Body("text", "t", (), "", room="#tea\n"),
        Body("text", "t", ("bob",) * 257, ""),
        Body("text", "t", ("Bob",), ""),
        Body("text", "t", ("bob",), "\x1b[2J"),
    ],
)
def test_a_body_is_bounded(body: Body) -> None:
    with pytest.raises(RemoteProtocolError):
        body_codec.decode(encode(body))


def test_a_body_that_lacks_a_field_is_none() -> None:
    with pytest.raises(RemoteProtocolError):
        Codec[Body](Body).decode(msgspec.msgpack.encode({"k": "text", "t": "hi"}))
