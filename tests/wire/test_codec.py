"""The codec: what is none raises RemoteProtocolError, whatever it is."""

import threading
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import RemoteProtocolError
from chat.wire.codec import MAX_INT, Codec, encode
from chat.wire.frames import MAX_REGISTRY_BYTES
from chat.wire.messages import PeerMessage, Ping, body_codec, peer_codec
from chat.wire.registry import FromClient, FromRegistry, Lookup, Watch, client_codec, registry_codec
from tests.wire.strategies import client_messages, kinds, peer_messages, registry_messages

CODECS: list[Codec[Any]] = [peer_codec, client_codec, registry_codec, body_codec]


def array(*items: object) -> bytes:
    return msgspec.msgpack.encode(list(items))


@given(peer_messages)
def test_peer_messages_round_trip(message: msgspec.Struct) -> None:
    assert peer_codec.decode(encode(message)) == message


@given(client_messages)
def test_requests_round_trip(message: msgspec.Struct) -> None:
    assert client_codec.decode(encode(message)) == message


@given(registry_messages)
def test_answers_and_pushes_round_trip(message: msgspec.Struct) -> None:
    assert registry_codec.decode(encode(message)) == message


@given(st.sampled_from(CODECS), st.binary(max_size=600))
def test_any_bytes_raise_nothing_else(codec: Codec[Any], data: bytes) -> None:
    with suppress(RemoteProtocolError):
        codec.decode(data)


@given(peer_messages, st.data())
def test_a_damaged_message_raises_nothing_else(message: msgspec.Struct, data: st.DataObject) -> None:
    payload = bytearray(encode(message))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] = data.draw(st.integers(0, 255))
    with suppress(RemoteProtocolError):
        peer_codec.decode(bytes(payload))


@given(peer_messages | client_messages | registry_messages, st.lists(st.integers() | st.text() | st.none(), max_size=3))
def test_appended_fields_are_ignored(message: msgspec.Struct, appended: list[object]) -> None:
    family = next(f for f in (PeerMessage, FromClient, FromRegistry) if type(message) in kinds(f))
    fields = msgspec.msgpack.decode(encode(message))
    appended = [min(value, MAX_INT) if isinstance(value, int) and value > 0 else str(value) for value in appended]
    assert Codec[Any](family).decode(array(*fields, *appended)) == message


@pytest.mark.parametrize("codec", CODECS[:3])
@pytest.mark.parametrize("kind", [0, 99, -1, 2**63, "Ping", None])
def test_an_unknown_kind_is_refused(codec: Codec[Any], kind: object) -> None:
    with pytest.raises(RemoteProtocolError):
        codec.decode(array(kind, 0))


@pytest.mark.parametrize(
    "payload",
    [
        array(5, b"s" * 16, 2**63, b"c" * 16),  # an Ack's n
        array(5, b"s" * 16, -1, b"c" * 16),
        array(5, b"s" * 17, 1, b"c" * 16),
        array(5, b"s" * 16, 1, b"c" * 33),
        array(4, b"s" * 16, 0, b"i" * 16, b"d" * 32, b"body"),  # a Message's seq is from 1
        array(2, [[b"s" * 16, 1, b"c" * 16]] * 9),
        array(1, 0, ["x" * 33], b"", b"", 1),
        array(1, 0, [], b"", b"", 65_536),
        array(1, 0, [], b"x" * 17, b"", 1),
        array(6)[:0],
    ],
)
def test_fields_are_bounded_between_peers(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        peer_codec.decode(payload)


@pytest.mark.parametrize("name", ["", "Bob", "b b", "bob\n", "-bob", "b" * 41, "böb", "b\0"])
def test_names_are_bounded(name: str) -> None:
    with pytest.raises(RemoteProtocolError):
        client_codec.decode(encode(Lookup(1, name)))
    with pytest.raises(RemoteProtocolError):
        client_codec.decode(encode(Watch(1, ("alice", name))))


@pytest.mark.parametrize("count", [2**32 - 1, 2**28])
def test_a_promised_list_costs_nothing(count: int) -> None:
    with pytest.raises(RemoteProtocolError):
        peer_codec.decode(b"\x92\x02\xdd" + count.to_bytes(4, "big"))


@pytest.mark.parametrize("opener", [b"\x91", b"\x81\x01"])
@pytest.mark.parametrize("codec", [peer_codec, client_codec])
def test_deep_nesting_ends_no_thread(opener: bytes, codec: Codec[Any]) -> None:
    """With the small stack of the registry's threads: a crash there would be the end of the process."""
    kind = 6 if codec is peer_codec else 14
    levels = (400, 4000, 100_000, MAX_REGISTRY_BYTES // 2)
    outcomes: list[str] = []

    def decode_all() -> None:
        for count in levels:
            try:
                codec.decode(b"\x92" + bytes([kind]) + opener * count + b"\x01")
                outcomes.append("taken")
            except RemoteProtocolError:
                outcomes.append("refused")

    before = threading.stack_size(256 * 1024)
    thread = threading.Thread(target=decode_all)
    thread.start()
    thread.join()
    threading.stack_size(before)
    assert outcomes[1:] == ["refused"] * 3


def test_what_follows_a_message_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        peer_codec.decode(encode(Ping()) + b"\x01")
