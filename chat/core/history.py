"""Reading the history: both tables in one order, one line for each message."""

from dataclasses import dataclass

from chat.core.events import Line
from db.connection import Connection, Value


@dataclass(frozen=True)
class Query:
    """Which lines: with one person or with all, between two times, the newest `count` of them."""

    name: str = ""
    count: int = 20
    before: str = ""
    after: str = ""


def read_history(connection: Connection, own_name: str, query: Query) -> list[Line]:
    """The newest lines that fit, the oldest of them first."""
    sent = _sent(connection, query)
    received = _received(connection, query)
    ordinals = sorted({*sent, *received})[-query.count :]
    return [_own_line(own_name, sent[ordinal]) if ordinal in sent else _line(received[ordinal]) for ordinal in ordinals]


def _conditions(query: Query) -> tuple[str, list[Value]]:
    conditions, values = ["1 = 1"], list[Value]()
    if query.name:
        conditions.append("name = ?")
        values.append(query.name)
    if query.before:
        conditions.append("time < ?")
        values.append(query.before)
    if query.after:
        conditions.append("time >= ?")
        values.append(query.after)
    return " AND ".join(conditions), values


def _sent(connection: Connection, query: Query) -> dict[int, list[tuple[str, ...]]]:
    where, values = _conditions(query)
    rows = connection.query(
        "SELECT ordinal, message_id, recipients, message, kind, time, name, status FROM Sender WHERE ordinal IN"
        " (SELECT ordinal FROM (SELECT DISTINCT ordinal FROM Sender"
        f" WHERE {where} ORDER BY ordinal DESC LIMIT {int(query.count)}) AS newest) ORDER BY ordinal, name",
        values,
    )
    messages: dict[int, list[tuple[str, ...]]] = {}
    for ordinal, message_id, *rest in rows:
        messages.setdefault(ordinal, []).append((bytes(message_id).hex(), *rest))
    return messages


def _received(connection: Connection, query: Query) -> dict[int, tuple[str, ...]]:
    where, values = _conditions(query)
    rows = connection.query(
        "SELECT ordinal, message_id, recipients, message, kind, time, name FROM Receiver"
        f" WHERE {where} ORDER BY ordinal DESC LIMIT {int(query.count)}",
        values,
    )
    return {ordinal: (bytes(message_id).hex(), *rest) for ordinal, message_id, *rest in rows}


def _own_line(own_name: str, rows: list[tuple[str, ...]]) -> Line:
    message_id, recipients, text, kind, time, *_ = rows[0]
    states = {name: status for *_, name, status in rows}
    return Line(
        id=message_id,
        sender=own_name,
        to=tuple(recipients.split(",")),
        text=text,
        kind=kind,
        time=time,
        status="sent" if set(states.values()) == {"sent"} else "pending",
        states=states if len(states) > 1 else {},
    )


def _line(row: tuple[str, ...]) -> Line:
    message_id, recipients, text, kind, time, name = row
    return Line(
        id=message_id,
        sender=name,
        to=tuple(recipients.split(",")),
        text=text,
        kind=kind,
        time=time,
        status="received",
    )


def count_unread(connection: Connection, name: str, read_up_to: int) -> int:
    """How many messages of `name` came after that ordinal."""
    rows = connection.query("SELECT COUNT(*) FROM Receiver WHERE name = ? AND ordinal > ?", (name, read_up_to))
    return int(rows[0][0])


def own_texts(connection: Connection, count: int) -> list[str]:
    """What this person wrote last, the newest first; to several it counts once."""
    rows = connection.query(
        "SELECT message FROM Sender s WHERE kind = 'text'"
        " AND name = (SELECT MIN(name) FROM Sender WHERE ordinal = s.ordinal)"
        f" ORDER BY ordinal DESC LIMIT {int(count)}"
    )
    return [text for (text,) in rows]
