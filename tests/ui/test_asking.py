"""Lines of /history and /search: options, filters, words."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.history import Bounds
from chat.errors import UserError
from chat.ui.asking import parse

KEYS = ("from", "has")


def test_everything_in_any_order() -> None:
    asked = parse('tea from:Bob,carol "green  tea" -n 5 has:image before:#70 --utc after:2026-01-31 c++', keys=KEYS)
    assert asked.words == ("tea", "green  tea", "c++")
    assert asked.filters == {"from": ("bob", "carol"), "has": ("image",)}
    assert asked.count == 5
    assert asked.bounds == Bounds(after="2026-01-31T00:00:00.000Z", before_number=70)
    assert asked.utc


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ()),
        ("to:bob in:#room before: :x from:", ("to:bob", "in:#room", "before:", ":x", "from:")),
        ('"from:bob" it"s', ("from:bob", 'it"s')),
        ('"open to the end', ("open to the end",)),
        ('"" x', ("x",)),
        ("around:#3", ("around:#3",)),
    ],
)
def test_what_is_no_filter_is_a_word(line: str, words: tuple[str, ...]) -> None:
    asked = parse(line, keys=KEYS)
    assert (asked.words, asked.filters, asked.bounds) == (words, {}, Bounds())


def test_times_are_local_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert parse("before:2026-01-31T18:30").bounds.before == "2026-01-31T09:30:00.000Z"
        assert parse("before:2026-01-31T18:30 --utc").bounds.before == "2026-01-31T18:30:00.000Z"
        assert parse("before:2026-01-31T18:30+01:00 --utc").bounds.before == "2026-01-31T17:30:00.000Z"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "line",
    [
        "-n",
        "-n 0",
        "-n x",
        "-n 99999",
        "before:yesterday",
        "after:2026-13-01",
        "before:#",
        "before:#0",
        "after:#x",
    ],
)
def test_options_that_make_no_sense(line: str) -> None:
    with pytest.raises(UserError):
        parse(line)


def test_around() -> None:
    assert parse("bob around:#12", around=True).around == 12
    assert parse("around:12", around=True).around == 12
    assert parse("bob", around=True).around == 0


def test_the_same_of_what_is_older() -> None:
    asked = parse('tea "green tea" from:bob -n 5 before:2026-01-31 after:2026-01-01 --utc', keys=KEYS)
    assert asked.before(33) == 'tea "green tea" from:bob -n 5 after:2026-01-01 --utc before:#33'
    again = parse(asked.before(33), keys=KEYS)
    assert (again.words, again.filters, again.count, again.utc) == (asked.words, asked.filters, 5, True)
    assert again.bounds == Bounds(after=asked.bounds.after, before_number=33)


@given(st.text(st.characters(exclude_characters="-"), max_size=40))
def test_any_line_is_understood_or_refused_in_words(line: str) -> None:
    with suppress(UserError):
        parse(line, keys=KEYS)
