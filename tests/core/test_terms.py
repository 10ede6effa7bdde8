"""Terms: their tokens are on every message that they stand in, and few more are looked at than need be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.folding import fold, normalized
from chat.core.terms import MAX_WORD_CHARS, Lookup, Term, start_of, tokens_of
from tests.corpus import LINES


def test_tokens() -> None:
    assert tokens_of("The cat, the CAT") == {"the", "cat"}
    assert tokens_of("Größe 2") == {"grosse", "2"}
    assert tokens_of("在中国 ok") == {"在中", "中国", "国", "ok"}
    assert tokens_of("!?") == set()


def test_a_long_word_is_cut() -> None:
    assert tokens_of("é" * 500) == {"e" * MAX_WORD_CHARS}
    assert "x" * MAX_WORD_CHARS in tokens_of("X" * 500)
    assert Term("x" * 500).lookups == [Lookup("x" * MAX_WORD_CHARS, is_prefix=True)]


@pytest.mark.parametrize(
    ("text", "lookups"),
    [
        ("hel", [Lookup("hel", True)]),
        ("c++", [Lookup("c", False)]),
        ("new yor", [Lookup("new", False), Lookup("yor", True)]),
        ("国", [Lookup("国", True)]),
        ("中国人", [Lookup("中国", False), Lookup("国人", False)]),
        ("用iph", [Lookup("用", True), Lookup("iph", True)]),
        (":-)", []),
    ],
)
def test_lookups(text: str, lookups: list[Lookup]) -> None:
    assert Term(text).lookups == lookups


@pytest.mark.parametrize("text", ["", " ", "\u0301", "\u200b \u00ad"])
def test_nothing_to_look_for(text: str) -> None:
    assert not Term(text)


def test_every_place_is_found() -> None:
    assert list(Term("aa").found_in("aa baa aaa aa-aa")) == [(0, 2), (7, 9), (11, 13), (14, 16)]
    assert list(Term("中").found_in("a中b中中")) == [(1, 2), (3, 4), (4, 5)]
    assert list(Term("a  b").found_in("a\n\tb")) == [(0, 4)]


@pytest.mark.parametrize(
    ("token", "start"),
    [("the", "th"), ("a", "a"), ("中国", "#45"), ("中", "#45"), ("<bob", "<bo"), ("=image", "=im")],
)
def test_starts(token: str, start: str) -> None:
    assert start_of(token) == start


@given(st.sampled_from(LINES), st.data())
def test_what_a_term_stands_in_has_its_tokens(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    term = Term(line[start : data.draw(st.integers(start, len(line)))])
    if term and list(term.found_in(fold(normalized(line)))):
        tokens = tokens_of(line)
        for lookup in term.lookups:
            same = [
                token
                for token in tokens
                if token == lookup.token or (lookup.is_prefix and token.startswith(lookup.token))
            ]
            assert same, lookup
            if not lookup.many_starts:
                assert {start_of(token) for token in same} == {start_of(lookup.token)}
            assert all(start_of(token).startswith(lookup.token) for token in same if lookup.many_starts)
