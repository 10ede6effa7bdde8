"""Pages of the history: which rows are in sight, and when more is read."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from chat.ui.pager import EVERYTHING, FIRST_LINES, MAX_LINES, MORE, Pages, wrap


def texts(rows: Sequence[object]) -> list[str]:
    return ["".join(piece[1] for piece in row) for row in rows]  # type: ignore[attr-defined] # fragments


class Book:
    """Lines `line 0` to the newest, and what was asked of them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []

    def read(self, count: int) -> tuple[list[str], bool]:
        self.asked.append(count)
        first = max(0, self.count - count)
        return [f"line {number}" for number in range(first, self.count)], first > 0


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=200), st.integers(2, 40))
def test_no_row_is_too_wide_and_nothing_is_lost(text: str, columns: int) -> None:
    rows = texts(wrap(text, columns))
    assert "".join(rows) == text
    assert all(sum(map(get_cwidth, row)) <= columns for row in rows)


def test_styles_stay_with_their_text() -> None:
    rows = wrap("\x1b[1mbold\x1b[0m\nplain", 2)
    assert texts(rows) == ["bo", "ld", "pl", "ai", "n"]
    assert {style for row in rows[:2] for style, *_ in row} == {"bold"}
    assert not any("bold" in style for row in rows[2:] for style, *_ in row)


def test_it_starts_with_the_newest_and_moves_by_rows() -> None:
    pages = Pages(Book(50).read)
    assert texts(pages.rows(80, 3)) == ["line 47", "line 48", "line 49"]
    assert pages.place == "the newest"
    pages.move(10)
    assert texts(pages.rows(80, 3)) == ["line 37", "line 38", "line 39"]
    assert pages.place == "10 rows before the newest"
    pages.move(EVERYTHING)
    assert texts(pages.rows(80, 3)) == ["line 0", "line 1", "line 2"]
    assert pages.place == "the oldest"
    pages.move(-EVERYTHING)
    assert texts(pages.rows(80, 2)) == ["line 48", "line 49"]


def test_more_is_read_when_it_is_wanted() -> None:
    book = Book(FIRST_LINES + 1)
    pages = Pages(book.read)
    pages.rows(80, 10)
    pages.move(FIRST_LINES - 10)
    assert book.asked == [FIRST_LINES]
    pages.move(1)
    assert book.asked == [FIRST_LINES, FIRST_LINES * MORE]
    assert texts(pages.rows(80, 10))[0] == "line 0"


def test_the_whole_of_a_very_long_history_is_not_read() -> None:
    book = Book(10 * MAX_LINES)
    pages = Pages(book.read)
    pages.rows(80, 10)
    pages.move(EVERYTHING)
    assert book.asked[-1] == MAX_LINES
    assert pages.place == f"{MAX_LINES:,} lines back: /history before:T has more"


def test_a_new_width_keeps_the_place_within_the_text() -> None:
    pages = Pages(lambda _: (["x" * 40] * 10, False))
    pages.rows(10, 5)
    pages.move(EVERYTHING)
    assert texts(pages.rows(40, 5)) == ["x" * 40] * 5
    pages.move(-1)
    assert pages.place == "4 rows before the newest"
