"""Names and facts of the database are found in every disguise that the card promises, and ordinary words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.export.known import Facts, Known, Person, folded
from chat.core.export.spans import ADDRESS, FILE, ID, PERSON

ORDINARY = {"bobsled", "planned", "also", "tomorrow"}
KNOWN = Known(
    [Person("bob", ["Bobby", "Rob Smith", " "]), Person("ann"), Person("al"), Person("mary-jane_2"), Person("the.fox")],
    Facts(["192.0.2.7"], [4711, 0], ["a11ce0ff"], ["ab", "holiday photo.jpg"]),
    ORDINARY.__contains__,
)


def found(text: str) -> list[tuple[str, str, str]]:
    return [(text[span.start : span.end], span.kind, span.value) for span in KNOWN.find(text)]


@pytest.mark.parametrize(
    "name",
    [
        "bob",
        "BOB",
        "Bob",
        "ｂｏｂ",
        "böb",
        "b\u200bo\u00adb",
        "𝐛𝐨𝐛",
        "Bobby",
        "BOBBY",
        "Rob Smith",
        "smith",
        "robsmith",
    ],
)
@pytest.mark.parametrize("around", ["{}", "{}'s car", "({})", "x{}x", "@{}", "_{}1987", "中{}中", "{}s", "a {}\n"])
def test_a_name_in_disguise(name: str, around: str) -> None:
    assert ("bob", PERSON) in [(value, kind) for _, kind, value in found(around.format(name))]


@pytest.mark.parametrize(
    "text", ["bobsled", "BOBSLED", "planned", "also", "tomorrow", "walk", "the", "1987", "14711", ""]
)
def test_what_is_no_name(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [("x192.0.2.7x", ADDRESS), ("4711", ADDRESS), (":4711)", ADDRESS), ("xA11CE0FFx", ID), ("Holiday Photo.JPG", FILE),
     ("al", PERSON), ("中al中", PERSON), ("al_1", PERSON), ("ab.", FILE), ("jane", PERSON), ("mary jane", PERSON)],
)  # fmt: skip
def test_what_is_found_besides(text: str, kind: str) -> None:
    assert kind in [of_kind for _, of_kind, _ in found(text)]


def test_what_is_short_stands_alone() -> None:
    assert found("walk balm xab 47112") == []


@given(st.text(), st.sampled_from(["bob", "Bobby", "Ann", "192.0.2.7", "a11ce0ff", "holiday photo.jpg"]), st.text())
def test_whatever_stands_round_it(before: str, needle: str, after: str) -> None:
    """But for a letter that changes it: an accent that follows, which goes with the folding."""
    text = f"{before}{needle}{after}"
    if folded(needle) in folded(text) and not any(word in folded(text) for word in ORDINARY):
        assert found(folded(text))
