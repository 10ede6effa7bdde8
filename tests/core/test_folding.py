"""Folding: what counts as the same, what as a word, and the way back to the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.folding import DENSE, OTHER, WORD, fold, kind_of, normalized, places, runs
from tests.corpus import LINES


def folded(text: str) -> str:
    return fold(normalized(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CAFÉ", "cafe"),
        ("e\u0301", "é"),
        ("Straße", "STRASSE"),
        ("İI", "ii"),
        ("ısı", "ISI"),
        ("Ørsted Æ œ Łódź đ", "orsted ae oe lodz d"),
        ("Ёлка йод", "елка иод"),
        ("ΟΔΟΣ", "οδός"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("ﬁne Ｆｕｌｌ ①", "fine full 1"),
        ("\u1112\u1161\u11ab", "한"),
        ("soft\u00adhyphen zero\u200bwidth ❤\ufe0f", "softhyphen zerowidth ❤"),
        ("don’t", "don't"),
    ],
)
def test_the_same_to_a_searcher(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("か", "が"), ("कि", "कु"), ("ก่", "ก้"), ("한", "하"), ("c", "č#"), ("1", "l")]
)
def test_not_the_same(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_runs_are_words_and_stretches_without_spaces() -> None:
    found = [(run.kind, run.text) for run in runs(folded("iPhone手机 v2.0, foo_bar हिन्दी 👍🏽!"))]
    assert found == [
        (WORD, "iphone"),
        (DENSE, "手机"),
        (WORD, "v2"),
        (WORD, "0"),
        (WORD, "foo"),
        (WORD, "bar"),
        (WORD, "हिन्दी"),
        (DENSE, "👍🏽"),
    ]


def test_a_run_says_where_it_starts() -> None:
    text = folded("– ab 中文 c")
    assert [text[run.start :].startswith(run.text) for run in runs(text)] == [True] * 3


@pytest.mark.parametrize(
    ("char", "kind"),
    [
        ("a", WORD),
        ("ß", WORD),
        ("9", WORD),
        ("中", DENSE),
        ("。", OTHER),
        ("🎉", DENSE),
        (" ", OTHER),
        ("_", OTHER),
        ("・", OTHER),
    ],
)
def test_kinds(char: str, kind: str) -> None:
    assert kind_of(char) == kind


@given(st.one_of(st.text(), st.sampled_from(LINES)))
def test_folding_goes_character_by_character(text: str) -> None:
    text = normalized(text)
    assert fold(text) == "".join(fold(char) for char in text)
    assert fold(text.upper().lower()) == fold(text.upper().lower().upper().lower())


@given(st.one_of(st.text(), st.sampled_from(LINES)))
def test_places_lead_back(text: str) -> None:
    text = normalized(text)
    back = places(text)
    assert len(back) == len(fold(text)) + 1
    assert back[-1] == len(text)
    assert all(char in fold(text[place]) for char, place in zip(fold(text), back, strict=False))


@given(st.one_of(st.text(), st.sampled_from(LINES)))
def test_ascii_is_no_case_of_its_own(text: str) -> None:
    beside = fold(normalized("é" + text))
    assert beside[1:] == fold(normalized(text)) or not text.isascii()
