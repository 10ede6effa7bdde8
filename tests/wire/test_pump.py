"""The pump: order, window, reading ahead, and which ACKs count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import RemoteProtocolError
from chat.wire.messages import Ack, Position, digest_of
from chat.wire.pump import READ_AHEAD_MESSAGES, WINDOW_BYTES, WINDOW_MESSAGES, Pump, Row
from chat.wire.streams import extend_chain, start_of

STREAM = b"s" * 16


def rows(count: int, *, size: int = 10, after: int = 0) -> list[Row]:
    """The rows of a stream that has `count` of them."""
    chain, found = STREAM, []
    for seq in range(1, count + 1):
        body = seq.to_bytes(4, "big") + b"x" * (size - 4)
        message_id = seq.to_bytes(16, "big")
        chain = extend_chain(chain, message_id, digest_of(body))
        found.append(Row(seq, message_id, digest_of(body), chain, body))
    return found[after:]


def ack(stream_rows: list[Row], n: int) -> Ack:
    return Ack(STREAM, n, stream_rows[n - 1].chain)


def read(pump: Pump, stream_rows: list[Row]) -> list[int] | None:
    """Answer rows_wanted, if it wants any: the numbers that go out then."""
    wanted = pump.rows_wanted()
    if wanted is None:
        return None
    stream, after, count = wanted
    assert stream == STREAM
    found = stream_rows[after : after + count]
    pump.rows_read(found, more=len(found) == count)
    return [message.seq for message in pump.messages_to_send()]


def fill(pump: Pump, stream_rows: list[Row]) -> list[int]:
    """Read and send until nothing more is wanted."""
    sent: list[int] = []
    while (numbers := read(pump, stream_rows)) is not None:
        sent += numbers
    return sent


def test_rows_go_out_as_they_are_and_in_order() -> None:
    stream = rows(3)
    pump = Pump(start_of(STREAM))
    wanted = pump.rows_wanted()
    assert wanted == (STREAM, 0, READ_AHEAD_MESSAGES)
    pump.rows_read(stream, more=False)
    assert [(m.stream, m.seq, m.message_id, m.digest, m.body) for m in pump.messages_to_send()] == [
        (STREAM, row.seq, row.message_id, row.digest, row.body) for row in stream
    ]
    assert pump.messages_to_send() == []


def test_sending_goes_on_after_what_is_held() -> None:
    stream = rows(9)
    pump = Pump(Position(STREAM, 6, stream[5].chain))
    assert fill(pump, stream) == [7, 8, 9]


def test_nothing_is_read_twice_or_for_nothing() -> None:
    pump = Pump(start_of(STREAM))
    assert pump.rows_wanted() is not None
    assert pump.rows_wanted() is None  # an answer is on its way
    pump.rows_read([], more=False)
    assert pump.rows_wanted() is None  # there was nothing
    pump.composed()
    assert pump.rows_wanted() is not None


def test_what_is_composed_while_reading_is_read_next() -> None:
    stream = rows(2)
    pump = Pump(start_of(STREAM))
    pump.rows_wanted()
    pump.composed()
    pump.rows_read(stream[:1], more=False)
    assert len(pump.messages_to_send()) == 1
    assert pump.rows_wanted() == (STREAM, 1, READ_AHEAD_MESSAGES)


def test_the_window_in_messages() -> None:
    stream = rows(WINDOW_MESSAGES + 100)
    pump = Pump(start_of(STREAM))
    assert fill(pump, stream) == list(range(1, WINDOW_MESSAGES + 1))
    assert len(pump.acknowledged(ack(stream, 100))) == 100
    assert fill(pump, stream) == list(range(WINDOW_MESSAGES + 1, WINDOW_MESSAGES + 101))


def test_the_window_in_bytes_though_more_was_read() -> None:
    """256 rows of the longest text are 16 MiB: written at once, they would look like a peer that does not read."""
    size = 65_000
    stream = rows(READ_AHEAD_MESSAGES, size=size)
    pump = Pump(start_of(STREAM))
    first = WINDOW_BYTES // size + 1
    assert read(pump, stream) == list(range(1, first + 1))
    assert pump.rows_wanted() is None
    pump.acknowledged(ack(stream, 2))
    assert [message.seq for message in pump.messages_to_send()] == [first + 1, first + 2]


QUARTERS = rows(60, size=WINDOW_BYTES // 4)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_everything_goes_out_once_and_in_order(steps: list[int]) -> None:
    stream = QUARTERS
    pump = Pump(start_of(STREAM))
    sent = fill(pump, stream)
    for step in steps:
        n = min(pump.held.n + step, len(sent))
        if n > pump.held.n:
            pump.acknowledged(ack(stream, n))
        sent += [message.seq for message in pump.messages_to_send()]
        pump.composed()
        sent += fill(pump, stream)
        assert len(sent) - pump.held.n <= 4
    assert sent == list(range(1, len(sent) + 1))


def test_an_ack_confirms_up_to_its_number() -> None:
    stream = rows(5)
    pump = Pump(start_of(STREAM))
    fill(pump, stream)
    assert pump.acknowledged(ack(stream, 3)) == [row.message_id for row in stream[:3]]
    assert pump.held == Position(STREAM, 3, stream[2].chain)
    assert pump.acknowledged(ack(stream, 3)) == []
    assert pump.acknowledged(ack(stream, 5)) == [row.message_id for row in stream[3:]]


def test_an_ack_of_nothing_new_confirms_nothing() -> None:
    assert Pump(start_of(STREAM)).acknowledged(Ack(STREAM, 0, STREAM)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda stream: Ack(b"o" * 16, 2, stream[1].chain),
        lambda stream: Ack(STREAM, 2, stream[2].chain),
        lambda stream: Ack(STREAM, 6, stream[4].chain),  # beyond what was written
        lambda stream: Ack(STREAM, 0, STREAM),  # before what is confirmed
        lambda stream: Ack(STREAM, 1, b"x" * 32),
        lambda stream: Ack(STREAM, 2**63 - 1, stream[1].chain),
    ],
)
def test_an_ack_that_is_wrong_changes_nothing(wrong: object) -> None:
    stream = rows(5)
    pump = Pump(start_of(STREAM))
    fill(pump, stream)
    pump.acknowledged(ack(stream, 1))
    with pytest.raises(RemoteProtocolError):
        pump.acknowledged(wrong(stream))  # type: ignore[operator]
    assert pump.held.n == 1
    assert pump.acknowledged(ack(stream, 5)) == [row.message_id for row in stream[1:]]


def test_an_ack_for_what_was_read_but_not_sent_is_wrong() -> None:
    stream = rows(READ_AHEAD_MESSAGES, size=65_000)
    pump = Pump(start_of(STREAM))
    sent = read(pump, stream)
    assert sent
    with pytest.raises(RemoteProtocolError, match="not sent"):
        pump.acknowledged(ack(stream, sent[-1] + 1))
