"""One link: the two tables exhaustively, the greeting, signs of life."""

from contextlib import suppress
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import LocalProtocolError, RemoteProtocolError
from chat.wire.codec import encode
from chat.wire.frames import MAX_CHAT_BYTES, MAX_GREETING_BYTES, encode_frame
from chat.wire.messages import (
    Accept,
    Ack,
    Ask,
    Cancelled,
    Declined,
    Done,
    FileMessage,
    Hello,
    Message,
    Nominate,
    PeerMessage,
    Ping,
    Pong,
    Want,
    peer_codec,
)
from chat.wire.peer import GREETING_TIMEOUT_S, PeerProtocol, State
from tests.wire.strategies import splits

HELLO = Hello(0, (), b"l" * 16, b"", 4711)
SAMPLES: dict[type[PeerMessage], PeerMessage] = {
    Hello: HELLO,
    Nominate: Nominate(()),
    Accept: Accept(()),
    Message: Message(b"s" * 16, 1, b"i" * 16, b"d" * 32, b"body"),
    Ack: Ack(b"s" * 16, 1, b"c" * 32),
    Want: Want(b"i" * 16),
    Ask: Ask(b"i" * 16),
    Done: Done(b"i" * 16, b"d" * 32),
    Declined: Declined(b"i" * 16),
    Cancelled: Cancelled(b"i" * 16),
    Ping: Ping(),
    Pong: Pong(),
}
Table = dict[tuple[State, type[PeerMessage]], State]
OPEN = (State.GREETED, State.NOMINATED, State.FLOWING)
ALIVE: Table = {(state, kind): state for state in OPEN for kind in (Ping, Pong)}
FLOWING: Table = {(State.FLOWING, kind): State.FLOWING for kind in (Message, Ack, *get_args(FileMessage))}
GREETING: Table = {(State.GREETING, Hello): State.GREETED}
NOMINATION: Table = {(State.GREETED, Nominate): State.NOMINATED}
ACCEPTANCE: Table = {(State.NOMINATED, Accept): State.FLOWING}

SENDS: dict[bool, Table] = {
    True: {**ALIVE, **FLOWING, **NOMINATION},
    False: {**ALIVE, **FLOWING, **ACCEPTANCE},
}
RECEIVES: dict[bool, Table] = {
    True: {**ALIVE, **FLOWING, **GREETING, **ACCEPTANCE},
    False: {**ALIVE, **FLOWING, **GREETING, **NOMINATION},
}
PAIRS = list(product([True, False], State, SAMPLES))


def protocol_in(state: State, *, nominator: bool) -> PeerProtocol:
    """A protocol brought to a state by what is legal."""
    protocol = PeerProtocol(HELLO, nominator=nominator, now=0.0)
    if state is State.CLOSED:
        protocol.close()
        return protocol
    steps: list[tuple[bool, PeerMessage]] = [(False, HELLO), (nominator, Nominate(())), (not nominator, Accept(()))]
    for ours, message in steps[: [State.GREETING, *OPEN].index(state)]:
        if ours:
            protocol.send(message)
        else:
            receive(protocol, message)
    protocol.data_to_send()
    assert protocol.state is state
    return protocol


def receive(protocol: PeerProtocol, *messages: PeerMessage, now: float = 1.0) -> list[PeerMessage]:
    return protocol.receive_data(b"".join(encode_frame(encode(m)) for m in messages), now)


def sent(protocol: PeerProtocol) -> list[PeerMessage]:
    data, found = protocol.data_to_send(), []
    while data:
        size = 4 + int.from_bytes(data[:4], "big")
        found.append(peer_codec.decode(data[4:size]))
        data = data[size:]
    return found


@pytest.mark.parametrize(("nominator", "state", "kind"), PAIRS)
def test_receiving_by_the_table(nominator: bool, state: State, kind: type[PeerMessage]) -> None:
    protocol = protocol_in(state, nominator=nominator)
    following = RECEIVES[nominator].get((state, kind))
    if following is None:
        with pytest.raises(RemoteProtocolError):
            receive(protocol, SAMPLES[kind])
        assert protocol.state is state
        assert not sent(protocol) or state in (State.GREETING, State.CLOSED)
    else:
        receive(protocol, SAMPLES[kind])
        assert protocol.state is following


@pytest.mark.parametrize(("nominator", "state", "kind"), PAIRS)
def test_sending_by_the_table(nominator: bool, state: State, kind: type[PeerMessage]) -> None:
    protocol = protocol_in(state, nominator=nominator)
    before = sent(protocol)
    following = SENDS[nominator].get((state, kind))
    if following is None:
        with pytest.raises(LocalProtocolError):
            protocol.send(SAMPLES[kind])
        assert protocol.state is state
        assert sent(protocol) == []
    else:
        protocol.send(SAMPLES[kind])
        assert protocol.state is following
        assert sent(protocol) == [SAMPLES[kind]]
    assert all(isinstance(message, Hello) for message in before)


def test_every_message_is_in_the_tables() -> None:
    assert set(SAMPLES) == set(get_args(PeerMessage))


def test_hello_is_out_from_the_start() -> None:
    assert sent(PeerProtocol(HELLO, nominator=True, now=0.0)) == [HELLO]


@given(st.data())
def test_any_split_gives_the_same_messages(data: st.DataObject) -> None:
    protocol = PeerProtocol(HELLO, nominator=False, now=0.0)
    greeting: list[PeerMessage] = [HELLO, Ping(), Nominate(())]
    stream = b"".join(encode_frame(encode(message)) for message in greeting)
    found = [m for piece in data.draw(splits(stream)) for m in protocol.receive_data(piece, 1.0)]
    assert found == [HELLO, Nominate(())]
    assert sent(protocol) == [HELLO, Pong()]
    protocol.send(Accept(()))
    flow: list[PeerMessage] = [SAMPLES[Message], SAMPLES[Ack], Pong(), SAMPLES[Message]]
    stream = b"".join(encode_frame(encode(message)) for message in flow)
    found = [m for piece in data.draw(splits(stream)) for m in protocol.receive_data(piece, 1.0)]
    assert found == [SAMPLES[Message], SAMPLES[Ack], SAMPLES[Message]]


@given(st.binary(max_size=500))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        PeerProtocol(HELLO, nominator=True, now=0.0).receive_data(data, 1.0)


def test_frames_are_small_until_the_greeting() -> None:
    body = Message(b"s" * 16, 1, b"i" * 16, b"d" * 32, b"x" * MAX_GREETING_BYTES)
    with pytest.raises(RemoteProtocolError, match="4096 are allowed"):
        receive(protocol_in(State.GREETING, nominator=True), body)
    assert receive(protocol_in(State.FLOWING, nominator=True), body) == [body]


def test_frames_are_bounded_after_it() -> None:
    protocol = protocol_in(State.FLOWING, nominator=True)
    with pytest.raises(RemoteProtocolError):
        protocol.receive_data((MAX_CHAT_BYTES + 1).to_bytes(4, "big"), 1.0)


def test_the_greeting_has_ten_seconds() -> None:
    protocol = PeerProtocol(HELLO, nominator=True, now=100.0)
    assert GREETING_TIMEOUT_S == 10.0
    assert protocol.next_tick == 110.0
    protocol.receive_data(encode_frame(encode(HELLO))[:-1], 109.0)  # a byte at a time does not stretch it
    assert protocol.tick(109.9)
    assert not protocol.tick(110.0)


def test_a_silent_peer_is_asked_and_given_up() -> None:
    protocol = protocol_in(State.FLOWING, nominator=True)
    receive(protocol, Pong(), now=100.0)
    assert protocol.next_tick == 115.0
    assert protocol.tick(115.0)
    assert sent(protocol) == [Ping()]
    assert protocol.next_tick == 145.0
    assert protocol.tick(144.9)
    assert sent(protocol) == []
    assert not protocol.tick(145.0)


def test_any_byte_is_a_sign_of_life() -> None:
    protocol = protocol_in(State.FLOWING, nominator=True)
    receive(protocol, Pong(), now=100.0)
    protocol.receive_data(b"\0", 140.0)
    assert protocol.tick(145.0)


def test_nothing_is_asked_on_a_closed_link() -> None:
    protocol = protocol_in(State.FLOWING, nominator=True)
    protocol.close()
    protocol.tick(100.0)
    assert sent(protocol) == []
