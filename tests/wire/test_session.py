"""One connection with the registry, either end: frames, messages, signs of life."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import RemoteProtocolError
from chat.wire.codec import encode
from chat.wire.frames import encode_frame
from chat.wire.registry import Check, FromClient, Lookup, Ping, Pong, client_codec
from chat.wire.session import RegistryProtocol
from tests.wire.strategies import client_messages, splits


def protocol(limit: int = 4096) -> RegistryProtocol[FromClient]:
    return RegistryProtocol(client_codec, limit=limit, now=100.0)


@given(st.lists(client_messages, max_size=6), st.data())
def test_any_split_gives_the_same_messages(messages: list[FromClient], data: st.DataObject) -> None:
    stream = b"".join(encode_frame(encode(message)) for message in messages)
    end = protocol(1024 * 1024)
    found = [message for piece in data.draw(splits(stream)) for message in end.receive_data(piece, 101.0)]
    assert found == [message for message in messages if not isinstance(message, Ping | Pong)]
    pings = sum(isinstance(message, Ping) for message in messages)
    assert end.data_to_send() == encode_frame(encode(Pong())) * pings


@given(st.binary(max_size=500))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        protocol().receive_data(data, 101.0)


def test_what_is_sent_goes_out_in_order_and_once() -> None:
    end = protocol()
    end.send(Check(1, "bob"))
    end.send(Lookup(2, "carol"))
    assert end.data_to_send() == encode_frame(encode(Check(1, "bob"))) + encode_frame(encode(Lookup(2, "carol")))
    assert end.data_to_send() == b""


def test_the_limit_holds() -> None:
    with pytest.raises(RemoteProtocolError, match="1 to 4096 are allowed"):
        protocol().receive_data((4097).to_bytes(4, "big"), 101.0)


def test_a_silent_end_is_asked_and_given_up() -> None:
    end = protocol()
    assert end.next_tick == 115.0
    assert end.tick(114.9)
    assert end.data_to_send() == b""
    assert end.tick(115.0)
    assert end.data_to_send() == encode_frame(encode(Ping()))
    assert end.next_tick == 145.0
    assert not end.tick(145.0)


def test_any_byte_is_a_sign_of_life() -> None:
    end = protocol()
    end.receive_data(b"\0", 144.0)
    assert end.tick(145.0)
