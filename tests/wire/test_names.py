"""Names: one rule, and one form to compare."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import UserError
from chat.wire.names import NAME_PATTERN, ROOM_PATTERN, fold_name, fold_room, is_room


@pytest.mark.parametrize(
    ("name", "folded"),
    [("bob", "bob"), ("BOB", "bob"), ("a", "a"), ("0", "0"), ("a.b-c_d", "a.b-c_d"), ("x" * 40, "x" * 40)],
)
def test_a_name_is_folded(name: str, folded: str) -> None:
    assert fold_name(name) == folded


@pytest.mark.parametrize(
    "name",
    ["", " ", "x" * 41, "-bob", ".bob", "_bob", "bob\n", "b ob", "bob/..", "böb", "ſam", "Kelvin\u212a", "bob\0", "²"],
)
def test_what_is_no_name_is_told_the_rule(name: str) -> None:
    with pytest.raises(UserError, match="1 to 40 letters"):
        fold_name(name)


@given(st.text(max_size=50))
def test_every_folded_name_fits_the_pattern(name: str) -> None:
    try:
        folded = fold_name(name)
    except UserError:
        return
    assert re.fullmatch(NAME_PATTERN, folded)
    assert fold_name(folded) == folded
    assert folded == name.lower()


def test_a_long_name_is_cut_in_the_sentence() -> None:
    with pytest.raises(UserError) as caught:
        fold_name("x" * 100_000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("name", "folded"), [("#tea", "#tea"), ("tea", "#tea"), ("#Tea.2", "#tea.2"), ("x" * 40, "#" + "x" * 40)]
)
def test_a_room_is_folded_and_has_its_sign(name: str, folded: str) -> None:
    assert fold_room(name) == folded
    assert is_room(folded)
    assert re.match(ROOM_PATTERN, folded)


@pytest.mark.parametrize("name", ["", "#", "##tea", "x" * 41, "#-tea", "te a", "#tea\n", "#tée", "#tea,bob"])
def test_what_is_no_room_is_told_the_rule(name: str) -> None:
    with pytest.raises(UserError, match=r"not the name of a room\. It is # and 1 to 40 letters"):
        fold_room(name)


def test_no_name_is_that_of_a_room() -> None:
    assert not is_room("tea")
    with pytest.raises(UserError):
        fold_name("#tea")
