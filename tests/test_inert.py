"""What came from outside can do nothing to a terminal, and fool nobody."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.inert import MAX_MARKS, inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2J", "<U+001B>[2J"),
        ("a\rb", "a<U+000D>b"),
        ("a\nb", "a<U+000A>b"),
        ("a\tb", "a    b"),
        ("\x9b31m", "<U+009B>31m"),
        ("\x7f", "<U+007F>"),
        ("abc\u202edef", "abc<U+202E>def"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("a\u200bb", "a<U+200B>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("\ud800", "<U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        ("żółw 漢字 😀", "żółw 漢字 😀"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u200dx", "<U+200D>x"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_its_number(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_line_breaks_stay_where_they_are_wanted() -> None:
    assert inert("a\n\x1bb", lines=True) == "a\n<U+001B>b"


def test_piled_marks_are_cut_short() -> None:
    assert inert("a" + "\u0301" * 100 + "b") == "a" + "\u0301" * MAX_MARKS + "b"


@given(st.text(st.characters(), max_size=200), st.booleans())
def test_nothing_harmful_is_left(text: str, lines: bool) -> None:
    shown = inert(text, lines=lines)
    for char in shown:
        assert unicodedata.category(char) not in ("Cc", "Cs", "Co", "Zl", "Zp") or (lines and char == "\n")
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays(text: str) -> None:
    assert inert(text) == text
