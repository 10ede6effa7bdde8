"""Sender and Receiver read as one history: both tables in the order of their ordinals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.connection import Connection, Row, Value

ROOM_SIGN = "#"  # no name of a person begins so
_TABLES = ("Sender", "Receiver")


@dataclass(frozen=True)
class Part:
    """A part of the history: ordinals from `first` to `last`, times from `after` until before `before`."""

    first: int
    last: int
    before: str = ""
    after: str = ""


class Searchable(NamedTuple):
    """What is searched of one message. `sender` is empty for one's own; `text` has a file's name and words too."""

    ordinal: int
    sender: str
    recipients: str
    kind: str
    time: str
    text: str


def newest(connection: Connection, part: Part, name: str, count: int) -> list[int]:
    """The ordinals of the newest messages of a part: with one person, in a room, or with all if there is no name."""
    return _ordinals(connection, part, name, count, "DESC")


def oldest(connection: Connection, part: Part, name: str, count: int) -> list[int]:
    """The same from the other end, the oldest first."""
    return _ordinals(connection, part, name, count, "ASC")


def sent_rows(connection: Connection, ordinals: Sequence[int]) -> list[Row]:
    """(ordinal, message_id, recipients, message, kind, time, name, status), one for each recipient."""
    return _rows(connection, "ordinal, message_id, recipients, message, kind, time, name, status", "Sender", ordinals)


def received_rows(connection: Connection, ordinals: Sequence[int]) -> list[Row]:
    """(ordinal, message_id, recipients, message, kind, time, name)."""
    return _rows(connection, "ordinal, message_id, recipients, message, kind, time, name", "Receiver", ordinals)


def file_facts(connection: Connection, ordinals: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Size and path of the files of these messages, by ordinal; to many it is one file."""
    if not ordinals:
        return {}
    rows = connection.query(f"SELECT ordinal, size, path FROM File WHERE ordinal {_among(ordinals)}")
    return {int(ordinal): (int(size), str(path)) for ordinal, size, path in rows}


def searchable(connection: Connection, ordinals: Sequence[int]) -> list[Searchable]:
    """What is searched of these messages, in order."""
    return _searchable(connection, _among(ordinals)) if ordinals else []


def searchable_between(connection: Connection, first: int, last: int) -> Iterator[Searchable]:
    """The same of all from `first` to `last`, read a few hundred at a time."""
    for start in range(first, last + 1, 256):
        end = min(start + 255, last)
        yield from _searchable(connection, f"BETWEEN {int(start)} AND {int(end)}")


def _searchable(connection: Connection, where: str) -> list[Searchable]:
    """A message to many is read once: from the row of the first of its recipients by name."""
    sent = connection.query(
        "SELECT s.ordinal, '', s.recipients, s.kind, s.time, s.message"
        f" FROM (SELECT ordinal, MIN(name) AS name FROM Sender WHERE ordinal {where} GROUP BY ordinal) AS one"
        " JOIN Sender AS s ON s.ordinal = one.ordinal AND s.name = one.name"
    )
    received = connection.query(
        f"SELECT ordinal, name, recipients, kind, time, message FROM Receiver WHERE ordinal {where}"
    )
    files: dict[int, str] = dict(connection.query(f"SELECT ordinal, file_name FROM File WHERE ordinal {where}"))
    spoken: dict[int, str] = dict(connection.query(f"SELECT ordinal, text FROM Transcript WHERE ordinal {where}"))
    return sorted(
        _together(Searchable(*row), files.get(row[0], ""), spoken.get(row[0], "")) for row in (*sent, *received)
    )


def _together(row: Searchable, file_name: str, spoken: str) -> Searchable:
    more = [file_name if file_name != row.text else "", spoken]
    return row._replace(text="\n".join(filter(None, [row.text, *more]))) if any(more) else row


def _ordinals(connection: Connection, part: Part, name: str, count: int, order: str) -> list[int]:
    conditions, values = ["ordinal >= ? AND ordinal <= ?"], list[Value]((part.first, part.last))
    place = "room = ?" if name.startswith(ROOM_SIGN) else "name = ? AND room = ''"
    for condition, value in ((place, name), ("time < ?", part.before), ("time >= ?", part.after)):
        if value:
            conditions.append(condition)
            values.append(value)
    where = " AND ".join(conditions)
    found = {
        int(ordinal)
        for table in _TABLES
        for (ordinal,) in connection.query(
            f"SELECT DISTINCT ordinal FROM {table} WHERE {where} ORDER BY ordinal {order} LIMIT {int(count)}", values
        )
    }
    return sorted(found, reverse=order == "DESC")[:count]


def _rows(connection: Connection, columns: str, table: str, ordinals: Sequence[int]) -> list[Row]:
    if not ordinals:
        return []
    return connection.query(f"SELECT {columns} FROM {table} WHERE ordinal {_among(ordinals)} ORDER BY ordinal, name")


def _among(ordinals: Sequence[int]) -> str:
    return f"IN ({', '.join(str(int(ordinal)) for ordinal in ordinals)})"
