"""Nesting is found as msgspec sees it, and whatever the bytes are."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.wire.nesting import MAX_DEPTH, is_shallow

PADDING = "x" * 100
leaves: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=300)
    | st.binary(max_size=70_000)
    | st.builds(msgspec.msgpack.Ext, st.integers(-128, 127), st.binary(max_size=300))
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=40), inner))


def wrapped(value: object, times: int, as_map: bool) -> bytes:
    for _ in range(times):
        value = {"a": None, "b": value} if as_map else [1, value]
    return msgspec.msgpack.encode([value, PADDING])


def depth(value: Any) -> int:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(depth, inner), default=0)
    return 0


@given(values)
def test_what_is_shallow_passes(value: object) -> None:
    assert is_shallow(msgspec.msgpack.encode([value, PADDING])) == (depth(value) < MAX_DEPTH)


@given(leaves, st.integers(1, 3 * MAX_DEPTH), st.booleans())
def test_the_bound_is_exact(leaf: object, times: int, as_map: bool) -> None:
    assert is_shallow(wrapped(leaf, times, as_map)) == (times < MAX_DEPTH)


@given(values, st.integers(MAX_DEPTH, 3 * MAX_DEPTH))
def test_depth_is_found_behind_anything(value: object, times: int) -> None:
    deep: object = 1
    for _ in range(times):
        deep = [deep]
    assert not is_shallow(msgspec.msgpack.encode([value, deep]))


@pytest.mark.parametrize(
    "opener", [b"\x91", b"\x81\x01", b"\x82\xc0\xc0\x01", b"\xdc\x00\x01", b"\xdf\x00\x00\x00\x01\xc0"]
)
def test_a_hundred_thousand_levels(opener: bytes) -> None:
    assert not is_shallow(opener * 100_000)


def test_many_siblings_are_no_depth() -> None:
    assert is_shallow(msgspec.msgpack.encode([[i] for i in range(10_000)]))


@given(st.binary(min_size=MAX_DEPTH, max_size=2000))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert is_shallow(data) in (True, False)
