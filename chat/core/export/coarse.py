"""Times made coarse: which day of the export, and which part of the day. Pure."""

from datetime import datetime, tzinfo

ORDER = "order"
PART = "part"
DAY = "day"
PRECISIONS = (ORDER, PART, DAY)
DEFAULT = PART

_PARTS = ((5, "night"), (12, "morning"), (18, "afternoon"), (23, "evening"), (24, "night"))


class Coarse:
    """Makes times coarse, counted from the first that it is given. `zone` is whose day it is; None: this machine's."""

    def __init__(self, precision: str, zone: tzinfo | None = None) -> None:
        self._precision = precision
        self._zone = zone
        self._first: int | None = None

    def __call__(self, time: str) -> tuple[int | None, str | None]:
        """The day, from 0, and the part of it; None for what is left out, or where the time is none."""
        try:
            moment = datetime.fromisoformat(time).astimezone(self._zone)
        except (ValueError, OverflowError):
            return None, None
        part = next(name for hour, name in _PARTS if moment.hour < hour)
        if self._first is None:
            self._first = moment.toordinal()
        day = moment.toordinal() - self._first
        return day if self._precision == DAY else None, part if self._precision != ORDER else None
