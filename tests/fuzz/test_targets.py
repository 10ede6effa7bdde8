"""Whatever comes in from outside ends in a ChatError or in nothing: the corpus as it is, and changed by chance.

A finding is kept: put the bytes into a file of corpus/TARGET. FUZZ_EXAMPLES=100000 hunts for longer.
"""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat.errors import ChatError
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
KEPT = {name: [path.read_bytes() for path in sorted((CORPUS / name).iterdir())] for name in TARGETS}

BOUNDS = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


@st.composite
def changed(draw: st.DrawFn, kept: list[bytes]) -> bytes:
    """One of the corpus with some bytes replaced, cut out, doubled or put in."""
    data = draw(st.sampled_from(kept))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 16)))
        part = draw(st.binary(max_size=16) | st.just(data[start:end] * 2) | st.sampled_from(kept))
        data = data[:start] + part + data[end:]
    return data


def run(target: str, data: bytes) -> None:
    with suppress(ChatError):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus(target: str) -> None:
    assert KEPT[target], "each target has examples of what it takes, and of what it did not take well"
    for data in KEPT[target]:
        run(target, data)


@pytest.mark.parametrize("target", TARGETS)
def test_some_of_the_corpus_is_right(target: str) -> None:
    """Else chance would never come past the first check."""

    def is_taken(data: bytes) -> bool:
        try:
            TARGETS[target](data)
        except ChatError:
            return False
        return True

    assert any(map(is_taken, KEPT[target]))


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data())
@BOUNDS
def test_what_chance_makes_of_it(target: str, data: st.DataObject) -> None:
    run(target, data.draw(changed(KEPT[target])))


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(data=b"")
@BOUNDS
def test_anything(target: str, data: bytes) -> None:
    run(target, data)
