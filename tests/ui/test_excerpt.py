"""Excerpts: the line of a find, marked, cut, and inert."""

import pytest

from chat.ui.excerpt import excerpt


@pytest.mark.parametrize(
    ("text", "marks", "shown"),
    [
        ("one two three", [(4, 7)], "one »two« three"),
        ("one two three", [(0, 3), (8, 13)], "»one« two »three«"),
        ("first\nthe second line\nthird", [(10, 16)], "…the »second« line…"),
        ("first\nsecond", [(6, 12)], "…»second«"),
        ("over the\nline", [(5, 13)], "over »the line«"),
        ("a\x1b[31mred\x07", [(2, 6)], "a<U+001B>»[31m«red<U+0007>"),
        ("no marks\nat all", [], "no marks…"),
        ("", [], ""),
    ],
)
def test_excerpts(text: str, marks: list[tuple[int, int]], shown: str) -> None:
    assert excerpt(text, marks) == shown


def test_a_long_line_is_cut_on_both_sides() -> None:
    shown = excerpt("a" * 500 + "find" + "b" * 500 + "find", [(500, 504), (1004, 1008)])
    assert shown == "…" + "a" * 40 + "»find«" + "b" * 80 + "…"
