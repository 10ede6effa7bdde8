"""Times as they are stored and sent: ISO 8601 in UTC with milliseconds, which sort as text."""

from datetime import UTC, datetime


def utc_now() -> str:
    """Now, as in 2026-01-31T23:59:59.123Z."""
    return format_time(datetime.now(UTC))


def format_time(moment: datetime) -> str:
    """An aware datetime in that form."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
