"""Streams: numbers without a gap, chained; and who was set back is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.wire.messages import Message, Position, digest_of
from chat.wire.streams import (
    BadStream,
    Outbound,
    Renewal,
    advance,
    extend_chain,
    held_position,
    resume,
    start_of,
)

STREAM, KEY, OTHER_KEY = b"s" * 16, b"k" * 32, b"o" * 32


def message(seq: int, text: bytes = b"") -> Message:
    body = text or b"body %d" % seq
    return Message(STREAM, seq, seq.to_bytes(16, "big"), digest_of(body), body)


def chain_at(n: int) -> bytes:
    chain = STREAM
    for seq in range(1, n + 1):
        chain = extend_chain(chain, message(seq).message_id, message(seq).digest)
    return chain


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_what_was_held_is_passed_over(held: int, first: int, count: int) -> None:
    start = min(first, held) + 1
    batch = [message(seq) for seq in range(start, start + count)]
    after, fresh = advance(Position(STREAM, held, chain_at(held)), batch)
    end = max(held, start + count - 1)
    assert (after.n, after.chain) == (end, chain_at(end))
    assert [m.seq for m in fresh] == list(range(held + 1, end + 1))


@given(st.integers(0, 10), st.integers(2, 10))
def test_a_gap_is_refused(held: int, step: int) -> None:
    with pytest.raises(BadStream, match="came after"):
        advance(Position(STREAM, held, chain_at(held)), [message(held + step)])


def test_a_gap_within_a_batch_is_refused() -> None:
    with pytest.raises(BadStream, match="message 3 came after 1"):
        advance(start_of(STREAM), [message(1), message(3)])


def test_a_digest_that_is_not_the_bodys_is_refused() -> None:
    bad = Message(STREAM, 1, b"i" * 16, digest_of(b"another"), b"body")
    with pytest.raises(BadStream, match="digest"):
        advance(start_of(STREAM), [bad])


def test_the_chain_tells_of_every_part() -> None:
    chain = extend_chain(STREAM, b"i" * 16, b"d" * 32)
    assert len({chain, extend_chain(b"t" * 16, b"i" * 16, b"d" * 32), extend_chain(STREAM, b"j" * 16, b"d" * 32)}) == 3
    assert chain != extend_chain(STREAM, b"i" * 16, b"e" * 32)


def test_a_stream_that_is_not_reported_is_not_held() -> None:
    other = Position(b"o" * 16, 4, b"c" * 32)
    held = Position(STREAM, 3, b"c" * 32)
    assert held_position(STREAM, [other, held]) == held
    assert held_position(STREAM, [other]) == Position(STREAM, 0, STREAM)


@pytest.mark.parametrize(
    ("key", "held", "own_chain", "expected"),
    [
        (KEY, Position(STREAM, 3, b"c" * 32), b"c" * 32, None),
        (KEY, Position(STREAM, 0, STREAM), STREAM, None),
        (KEY, Position(STREAM, 3, b"c" * 32), b"x" * 32, Renewal.SET_BACK),  # another history
        (KEY, Position(STREAM, 3, b"c" * 32), None, Renewal.SET_BACK),  # we lack the row
        (KEY, Position(STREAM, 9, b"c" * 32), b"c" * 32, Renewal.SET_BACK),  # beyond what we wrote
        (OTHER_KEY, Position(STREAM, 3, b"c" * 32), b"c" * 32, Renewal.NEW_KEY),
        (OTHER_KEY, Position(STREAM, 9, b"c" * 32), None, Renewal.NEW_KEY),
    ],
)
def test_whether_a_stream_goes_on(
    key: bytes, held: Position, own_chain: bytes | None, expected: Renewal | None
) -> None:
    assert resume(Outbound(STREAM, KEY, 5, b"e" * 32), key, held, own_chain) is expected


def test_a_stream_that_was_never_sent_has_no_key() -> None:
    assert resume(Outbound(STREAM, b"", 5, b"e" * 32), KEY, start_of(STREAM), STREAM) is None
