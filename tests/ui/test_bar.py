"""The status bar, at every width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.ui.bar import LOUD, STRONG, Facts, Tab, status_bar

NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=40)
TABS = st.builds(Tab, st.none() | st.integers(1, 9), st.lists(NAMES, min_size=1, max_size=5), st.integers(0, 1000))
FACTS = st.builds(
    Facts, NAMES, st.booleans(), st.lists(NAMES, max_size=5), st.lists(TABS, max_size=9), st.lists(NAMES), st.booleans()
)
BUSY = Facts(
    own_name="alice",
    hidden=False,
    talking_to=("bob",),
    tabs=(Tab(1, ("bob",), 0), Tab(2, ("carol",), 3), Tab(3, ("dave", "eve"), 0), Tab(4, ("frank",), 1)),
    online=("bob", "carol", "frank"),
    registry=True,
)


def text(facts: Facts, columns: int) -> str:
    return "".join(piece for _, piece in status_bar(facts, columns))


def test_at_80_columns_there_is_all_that_one_wants_to_know() -> None:
    shown = " alice · → bob · 2:carol 3 4:frank 1 · on: bob carol frank · registry ok"
    assert text(BUSY, 80) == shown
    assert text(BUSY, 120) == shown.replace("frank 1", "frank 1 · 3:dave,eve")


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (64, " alice · → bob · 2:carol 3 4:frank 1 · on: bob carol frank"),
        (50, " alice · → bob · 2:carol 3 4:frank 1 · on: bob +2"),
        (44, " alice · → bob · 2:carol 3 4:frank 1 · 3 on"),
        (30, " alice · → bob · 2:carol 3"),
        (18, " alice · → bob"),
    ],
)
def test_what_gives_way_when_there_is_no_room(columns: int, shown: str) -> None:
    assert text(BUSY, columns) == shown


def test_what_is_not_as_usual_is_loud() -> None:
    pieces = status_bar(Facts("alice", True, (), (), (), registry=False), 80)
    assert [piece for style, piece in pieces if style == LOUD] == [" hidden", "no registry"]
    assert text(Facts("alice", True, (), (), (), registry=False), 80) == " alice hidden · no registry · → nobody · 0 on"


def test_unread_stands_out() -> None:
    assert (STRONG, "2:carol 3") in status_bar(BUSY, 80)


@given(FACTS, st.integers(90, 300))
def test_it_is_never_wider_than_the_terminal(facts: Facts, columns: int) -> None:
    assert len(text(facts, columns)) <= columns
