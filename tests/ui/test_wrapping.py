"""Lines that fit, whatever stands in them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from chat.ui.wrapping import INDENT, listing, width, wrapped

WORDS = st.text("abc äß語\x1b[1m", min_size=0, max_size=12)


def test_a_line_ends_between_words() -> None:
    assert wrapped("bob: one two three", 11) == f"bob: one\n{INDENT}two\n{INDENT}three"
    assert wrapped("bob: one two three", 12, "  ") == "bob: one two\n  three"
    assert wrapped("short\nand  with   blanks", 80) == "short\nand  with   blanks"
    assert wrapped("anything of any width", 0) == "anything of any width"


def test_a_long_word_stays_whole() -> None:
    address = "https://example.org/" + "x" * 40
    assert wrapped(f"see {address} there", 20, "") == f"see\n{address}\nthere"
    assert wrapped("   " + "x" * 30, 20) == "   " + "x" * 30


def test_styles_take_no_room() -> None:
    styled = "\x1b[1mbob\x1b[0m: \x1b[38;5;31mone\x1b[0m"
    assert width(styled) == len("bob: one")
    assert wrapped(styled, 8) == styled
    assert wrapped("語語 語語", 7) == f"語語\n{INDENT}語語"


@given(st.lists(WORDS).map(" ".join), st.integers(7, 40))
def test_nothing_is_lost_and_only_single_words_are_too_wide(text: str, columns: int) -> None:
    shown = wrapped(text, columns)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
    for line in shown.split("\n"):
        assert width(line) <= columns or len(line.split()) == 1


def test_a_listing_has_two_columns() -> None:
    assert listing([("a", "one two three"), ("long", "x")], 12) == "a     one\n      two\n      three\nlong  x"
    assert listing([("n" * 30, "what it is")], 80) == "n" * 30 + "\n" + " " * 24 + "what it is"
    assert listing([], 80) == ""
