"""Nothing that a peer wrote moves the cursor, colours, hides or turns anything."""

import unicodedata

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from chat.inert import MAX_MARKS, inert

NASTY = st.sampled_from(
    [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        "\x1b[2J",
        "\x1b]52;c;aGk=\x07",
        "\x1b]0;title\x1b\\",
        "\x9b31m",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u0301" * 500,
        "\U000e0041",
        "\u2028",
        "\ud800",
        "\u3164",
    ]
)
TEXTS = st.lists(NASTY | st.text(max_size=5), max_size=12).map("".join)


@given(TEXTS)
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    for lines in (False, True):
        shown = inert(text, lines=lines)
        kept = "\n" if lines else ""
        assert not [
            char for char in shown if unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp") and char != kept
        ]
        assert not any(0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069 for char in shown)


def is_drawn(text: str) -> bool:
    """Whether the emulator draws what comes after it: it stops at a mark of no width that has no combining class."""
    return all(wcwidth(char) or unicodedata.combining(char) for char in inert(text))


@settings(deadline=None, max_examples=50)
@given(TEXTS.filter(is_drawn))
def test_a_screen_shows_it_all_in_one_line(text: str) -> None:
    """A real emulator, fed with the text between two marks, has both in the line where they were written."""
    screen = pyte.Screen(columns=5_000, lines=4)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[2;1Hbegin " + inert(text).encode("utf-8", "strict").decode() + " end")
    assert [bool(line.strip()) for line in screen.display] == [False, True, False, False]
    assert screen.display[1].startswith("begin ")
    assert screen.display[1].rstrip().endswith(" end")
    assert screen.title == ""
    assert {cell.fg for cell in screen.buffer[1].values()} == {"default"}


@given(TEXTS)
def test_it_is_the_same_the_second_time(text: str) -> None:
    once = inert(text)
    assert inert(once) == once


@given(TEXTS)
def test_marks_are_cut_short(text: str) -> None:
    marks = 0
    for char in inert(text):
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert marks <= MAX_MARKS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "<U+001B>]52;c;aGk=<U+0007>"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("a\x9b1m", "a<U+009B>1m"),
        ("e" + "\u0301" * 500 + "f", "e" + "\u0301" * MAX_MARKS + "f"),
        ("a\tb", "a    b"),
        ("\x1b[2J\x7f", "<U+001B>[2J<U+007F>"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("a\u2028b", "a<U+2028>b"),
        ("\ud800\ue000", "<U+D800><U+E000>"),
        ("a\r\nb", "a<U+000D><U+000A>b"),
        ("ba\u200dd", "ba<U+200D>d"),
        ("p\u0430ypal\ufe0f", "p\u0430ypal<U+FE0F>"),
        ("a\u3164b\u2800", "a<U+3164>b<U+2800>"),
        ("x\U000e0041", "x<U+E0041>"),
    ],
)
def test_what_is_dangerous_is_shown_by_its_number(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Grüße, żółw, Ελλάδα, Привет, 中文, 日本語, 한국어, العربية, עברית, हिन्दी",
        "👩\u200d💻 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3 👍🏽 🇩🇪",
        "می\u200cخواهم",  # Persian: I want
        "क्\u200dष श्री",  # Hindi, with a joiner after the virama
        "\U0001fae8",  # an emoji newer than Python 3.11's Unicode
        "e\u0301 a\u0308\u0304",
    ],
)
def test_what_writing_needs_stays(text: str) -> None:
    assert inert(text) == text


def test_line_breaks_stay_where_they_are_wanted() -> None:
    assert inert("one\r\ntwo\n\x1bthree\r", lines=True) == "one\ntwo\n<U+001B>three<U+000D>"
