"""Times: ISO 8601 in UTC, which sorts as text."""

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chat.times import format_time, utc_now

moments = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


def test_the_form() -> None:
    assert format_time(datetime(2026, 1, 31, 23, 59, 59, 123_999, UTC)) == "2026-01-31T23:59:59.123Z"
    assert format_time(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00.000Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", utc_now())


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_the_zone_makes_no_difference(moment: datetime, minutes: int) -> None:
    assert format_time(moment.astimezone(timezone(timedelta(minutes=minutes)))) == format_time(moment)


@given(moments, moments)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    if abs(one - other) >= timedelta(milliseconds=1):
        assert (format_time(one) < format_time(other)) == (one < other)
