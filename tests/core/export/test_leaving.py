"""Who is left out is left out whole: own messages, the conversation alone with that person, and quotes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.core.export.leaving import RUN, LeftOut
from tests.core.export.lines import line

SAID = "I never told anybody that the key is under the mat"


@pytest.fixture(scope="module")
def left_out() -> LeftOut:
    made = LeftOut("alice", ["eve"])
    made.learn(line(SAID, "eve"))
    made.learn(line("我们在中国银行见面", "eve"))
    made.learn(line("this is what bob wrote, to be kept", "bob"))
    return made


@pytest.mark.parametrize(
    ("text", "sender", "to"),
    [
        (SAID, "eve", ("alice",)),
        ("hello", "eve", ("alice", "bob")),
        ("my answer to eve alone", "alice", ("eve",)),
        ("she said the KEY is, under  the máT!", "bob", ("alice",)),
        ("the key is under the mat, says she", "alice", ("bob", "carol")),
        ("他说在中国银行见", "bob", ("alice",)),
    ],
)
def test_left_out(left_out: LeftOut, text: str, sender: str, to: tuple[str, ...]) -> None:
    assert left_out.keep(line(text, sender, to)) is None


@pytest.mark.parametrize(
    ("text", "sender", "to"),
    [
        ("this is what bob wrote, to be kept", "bob", ("alice",)),
        ("the key is under a chair", "bob", ("alice",)),
        ("eve is here", "alice", ("bob", "eve")),
        ("> a quote of somebody else", "bob", ("alice",)),
        ("", "bob", ("alice",)),
    ],
)
def test_kept(left_out: LeftOut, text: str, sender: str, to: tuple[str, ...]) -> None:
    assert left_out.keep(line(text, sender, to)) == text


def test_quoted_lines_go_where_that_person_takes_part(left_out: LeftOut) -> None:
    assert left_out.keep(line("> told\n  > anybody\nreally?", "bob", ("alice", "eve"))) == "really?"


def test_quoted_lines_go_in_rooms(left_out: LeftOut) -> None:
    assert left_out.keep(line("> told\nreally?", "bob", ("#tea",), room="#tea")) == "really?"


def test_nobody_is_left_out() -> None:
    assert LeftOut("alice", []).keep(line("> " + SAID)) == "> " + SAID


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=4), min_size=RUN, max_size=12)


@settings(max_examples=15)
@given(WORDS, st.text(), st.text())
def test_no_quote_gets_through(words: list[str], before: str, after: str) -> None:
    made = LeftOut("alice", ["eve"])
    made.learn(line(" ".join(words), "eve"))
    assert made.keep(line(f"{before} {'  '.join(words[:RUN])}, {after}")) is None
