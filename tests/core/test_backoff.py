"""Pauses that grow, differ, have a bound, and are forgotten once it worked."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.core.backoff import FIRST_S, LONGEST_S, Backoff

LONGEST_IN_A_ROW = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


def pauses(backoff: Backoff, count: int, now: float = 1000.0) -> list[float]:
    found = []
    for _ in range(count):
        backoff.failed(now)
        found.append(backoff.next_try - now)
        now = backoff.next_try
    return found


@pytest.mark.parametrize(("share", "chance"), [(1.0, max), (0.5, min)])
def test_it_doubles_up_to_a_minute_of_which_chance_takes_half_at_most(
    share: float, chance: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: chance((low, high)))  # type: ignore[operator]
    found = pauses(Backoff(), len(LONGEST_IN_A_ROW))
    assert found == pytest.approx([share * pause for pause in LONGEST_IN_A_ROW])


@given(st.integers(0, 2**32))
def test_whatever_chance_says_a_pause_is_within_its_bounds(seed: int) -> None:
    random.seed(seed)
    for pause, most in zip(pauses(Backoff(), len(LONGEST_IN_A_ROW)), LONGEST_IN_A_ROW, strict=True):
        assert 0.5 * most - 1e-6 <= pause <= most + 1e-6


def test_those_who_failed_together_do_not_come_back_together() -> None:
    assert len({pauses(Backoff(), 1)[0] for _ in range(20)}) > 10


def test_it_is_due_at_once_before_it_ever_failed() -> None:
    backoff = Backoff()
    assert backoff.next_try == 0.0
    assert not backoff.has_failed


def test_news_make_it_due_but_do_not_forget_the_failures() -> None:
    backoff = Backoff()
    pauses(backoff, 5)
    backoff.at_once()
    assert backoff.next_try == 0.0
    assert backoff.has_failed
    assert pauses(backoff, 1)[0] >= 8.0


def test_success_forgets_them() -> None:
    backoff = Backoff()
    pauses(backoff, 9)
    assert backoff.has_failed
    backoff.reset()
    assert backoff.next_try == 0.0
    assert not backoff.has_failed
    assert pauses(backoff, 1)[0] <= FIRST_S


def test_the_bounds_are_those_of_the_text() -> None:
    """The table above has them as numbers, so that a change of one is seen here."""
    assert (LONGEST_IN_A_ROW[0], LONGEST_IN_A_ROW[-1]) == (FIRST_S, LONGEST_S)
