"""The few messages of a transfer connection: there and back, and nothing else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import RemoteProtocolError
from chat.wire.codec import MAX_INT, encode
from chat.wire.transfer import (
    MAX_MESSAGE_BYTES,
    Fetch,
    Offer,
    Refused,
    Sending,
    TransferMessage,
    Why,
    transfer_codec,
)

ID = bytes(range(16))

ids = st.binary(min_size=16, max_size=16)
numbers = st.integers(0, MAX_INT)
every_message: st.SearchStrategy[TransferMessage] = st.one_of(
    st.builds(Fetch, ids, numbers),
    st.builds(Offer, ids),
    st.builds(Sending, numbers),
    st.builds(Refused, st.sampled_from(Why), st.text(max_size=200)),
)


@given(every_message)
def test_every_message_comes_back_as_it_was(message: TransferMessage) -> None:
    payload = encode(message)
    assert transfer_codec.decode(payload) == message
    assert len(payload) <= MAX_MESSAGE_BYTES


@given(st.binary())
def test_whatever_the_bytes_it_is_a_message_or_an_error_of_theirs(payload: bytes) -> None:
    try:
        message = transfer_codec.decode(payload)
    except RemoteProtocolError:
        return
    assert isinstance(message, TransferMessage)


@pytest.mark.parametrize(
    "values",
    [
        (1, ID[:15], 0),
        (1, ID + b"\0", 0),
        (1, ID, -1),
        (1, ID, MAX_INT + 1),
        (1, ID, 0.0),
        (1, ID),
        (2, "not bytes of it"),
        (3, -1),
        (3, None),
        (4, "never", "no such reason"),
        (4, "gone", "x" * 201),
        (0, ID),
        (5, ID),
        (),
    ],
)
def test_what_is_out_of_bounds_is_none(values: tuple[object, ...]) -> None:
    with pytest.raises(RemoteProtocolError):
        transfer_codec.decode(msgspec.msgpack.encode(values))


def test_fields_that_a_newer_version_appends_are_passed_over() -> None:
    assert transfer_codec.decode(msgspec.msgpack.encode((1, ID, 5, {"compressed": True}))) == Fetch(ID, 5)
    assert transfer_codec.decode(msgspec.msgpack.encode((4, "later", "busy", 30))) == Refused(Why.LATER, "busy")
