"""Times made coarse: no more than was asked for is left of them."""

from datetime import timedelta, timezone

import pytest

from chat.core.export.coarse import DAY, ORDER, PART, Coarse

ZONE = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("hour", "part"), [(0, "night"), (4, "night"), (5, "morning"), (12, "afternoon"), (18, "evening"), (23, "night")]
)
def test_the_part_of_the_day(hour: int, part: str) -> None:
    assert Coarse(PART, ZONE)(f"2026-01-31T{hour:02}:30:00.000+02:00") == (None, part)


def test_days_are_counted_from_the_first_in_that_zone() -> None:
    coarse = Coarse(DAY, ZONE)
    assert coarse("2026-01-31T21:59:00.000Z") == (0, "night")
    assert coarse("2026-01-31T22:01:00.000Z") == (1, "night")
    assert coarse("2026-01-30T10:00:00.000Z") == (-1, "afternoon")


def test_the_order_alone() -> None:
    assert Coarse(ORDER)("2026-01-31T10:00:00.000Z") == (None, None)


@pytest.mark.parametrize("text", ["", "yesterday", "9999-99-99"])
def test_what_is_no_time_says_nothing(text: str) -> None:
    assert Coarse(DAY)(text) == (None, None)
