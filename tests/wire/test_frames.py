"""Frames: any split of the bytes gives the same payloads, and no header costs memory."""

import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import LocalProtocolError, RemoteProtocolError
from chat.wire.frames import HEADER, FrameDecoder, encode_frame
from tests.wire.strategies import splits

LIMIT = 4096
payloads = st.lists(st.binary(min_size=1, max_size=200), max_size=10)


@given(payloads, st.data())
def test_any_split_gives_the_same_payloads(expected: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(encode_frame, expected))
    decoder = FrameDecoder(LIMIT)
    found = [payload for piece in data.draw(splits(stream)) for payload in decoder.receive_data(piece)]
    assert found == expected
    assert len(decoder) == 0


@given(payloads, st.binary(min_size=1, max_size=100))
def test_an_incomplete_frame_is_held(before: list[bytes], payload: bytes) -> None:
    decoder = FrameDecoder(LIMIT)
    frame = encode_frame(payload)
    assert decoder.receive_data(b"".join(map(encode_frame, before)) + frame[:-1]) == before
    assert len(decoder) == len(frame) - 1
    assert decoder.receive_data(frame[-1:]) == [payload]


@pytest.mark.parametrize("length", [0, LIMIT + 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("byte_at_a_time", [True, False])
def test_a_length_out_of_bounds_is_an_error(length: int, byte_at_a_time: bool) -> None:
    decoder = FrameDecoder(LIMIT)
    header = HEADER.pack(length)
    if byte_at_a_time:
        for byte in header[:-1]:
            decoder.receive_data(bytes([byte]))
        header = header[-1:]
    with pytest.raises(RemoteProtocolError):
        decoder.receive_data(header)


def test_the_limit_itself_is_allowed() -> None:
    payload = b"x" * LIMIT
    assert FrameDecoder(LIMIT).receive_data(encode_frame(payload)) == [payload]


def test_a_promise_costs_no_memory() -> None:
    decoder = FrameDecoder(2**32 - 1)
    tracemalloc.start()
    decoder.receive_data(HEADER.pack(2**32 - 1) + b"x" * 100)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000


def test_an_empty_frame_is_our_own_bug() -> None:
    with pytest.raises(LocalProtocolError):
        encode_frame(b"")


@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        FrameDecoder(LIMIT).receive_data(data)
