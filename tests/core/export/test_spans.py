"""Many finds become one list: nothing found stays, no word is cut in two, nothing is replaced twice."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.export.spans import EMAIL, HANDLE, KINDS, PERSON, PLACE, Span, joined


def replaced(text: str, *spans: Span) -> str:
    for span in reversed(joined(text, spans)):
        text = f"{text[: span.start]}<{span.kind} {span.value}>{text[span.end :]}"
    return text.replace(" >", ">")


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("an annual fee", [Span(3, 5, PERSON)], "an <PERSON> fee"),
        ("xbob_1999's", [Span(1, 4, PERSON, "bob")], "<PERSON bob>'s"),
        ("bob\u0301\u200b!", [Span(0, 2, PERSON)], "<PERSON>!"),
        ("Peter Lim", [Span(0, 5, PERSON), Span(6, 9, PERSON)], "<PERSON>"),
        ("Bob B. Smith", [Span(0, 3, PERSON, "bob"), Span(4, 5, PERSON), Span(7, 12, PERSON)], "<PERSON bob>"),
        ("Bob Carol", [Span(0, 3, PERSON, "bob"), Span(4, 9, PERSON, "carol")], "<PERSON bob> <PERSON carol>"),
        ("Bob, Lim", [Span(0, 3, PERSON), Span(5, 8, PERSON)], "<PERSON>, <PERSON>"),
        ("Rome Lim", [Span(0, 4, PLACE), Span(5, 8, PERSON)], "<PLACE> <PERSON>"),
        ("bob@x.org", [Span(0, 3, PERSON, "bob"), Span(0, 9, EMAIL)], "<EMAIL>"),
        ("@bob", [Span(1, 4, PERSON, "bob"), Span(0, 4, HANDLE)], "<PERSON bob>"),
        ("中bob中", [Span(1, 4, PERSON)], "中<PERSON>中"),
        ("nothing", [], "nothing"),
        ("abc", [Span(1, 1, PERSON)], "abc"),
    ],
)  # fmt: skip
def test_joined(text: str, spans: list[Span], shown: str) -> None:
    assert replaced(text, *spans) == shown


TEXTS = st.text(alphabet="ab _-1é\u200b中.", max_size=20)


@given(st.data(), TEXTS)
def test_what_was_found_is_covered_once(data: st.DataObject, text: str) -> None:
    places = st.integers(0, len(text))
    spans = [
        Span(min(a, b), max(a, b), kind)
        for a, b, kind in data.draw(st.lists(st.tuples(places, places, st.sampled_from(KINDS)), max_size=5))
    ]
    found = joined(text, spans)
    assert all(one.end <= two.start for one, two in pairwise(found))
    covered = {place for span in found for place in range(span.start, span.end)}
    assert covered >= {place for span in spans for place in range(span.start, span.end)}
    for span in found:
        for edge in (span.start, span.end):
            if 0 < edge < len(text):
                assert not (text[edge - 1].isalnum() and text[edge].isalnum() and text[edge - 1 : edge + 1].isascii())
