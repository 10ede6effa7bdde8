"""Reading the history: both tables in one order, one line for each message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from chat.core.events import Line
from chat.wire.names import is_room
from db.blocks import MAX_ORDINAL, find_blocks, last_in_blocks
from db.connection import Connection, Row
from db.history import Part, file_facts, newest, oldest, received_rows, sent_rows
from db.messages import PENDING, SENT, TEXT
from db.transcripts import VOICE, TranscriptRow, find_transcripts


@dataclass(frozen=True)
class Bounds:
    """Between which times, as they are stored, and which numbers of messages; empty and 0 are no bound.

    What is `after` a time starts with it, what is after a number does not.
    """

    before: str = ""
    after: str = ""
    before_number: int = 0
    after_number: int = 0

    def parts(self, connection: Connection) -> list[Part]:
        """Where such messages may be, the newest part first: few steps, however long the history is.

        Clocks are set back at times, so a part holds to the times itself; it only leaves out blocks that
        have no such message.
        """
        first, last = self.after_number + 1, self.before_number - 1 if self.before_number else MAX_ORDINAL
        if not self.before and not self.after:
            return [Part(first, last)] if first <= last else []
        spans = [(last_in_blocks(connection) + 1, MAX_ORDINAL)]
        for block in find_blocks(connection, before=self.before, after=self.after):
            if spans[-1][0] == block.last + 1:
                spans[-1] = block.first, spans[-1][1]
            else:
                spans.append((block.first, block.last))
        cut = [(max(first, span[0]), min(last, span[1])) for span in spans]
        return [Part(*span, self.before, self.after) for span in cut if span[0] <= span[1]]


@dataclass(frozen=True)
class Query:
    """Which lines: with these people, in a room or with all, the newest `count` of them, or those round a number."""

    names: tuple[str, ...] = ()
    count: int = 20
    bounds: Bounds = Bounds()
    around: int = 0


@dataclass(frozen=True)
class Page:
    """Lines, the oldest first; `older` tells whether there are more before them."""

    lines: list[Line]
    older: bool


def read_history(connection: Connection, own_name: str, query: Query) -> Page:
    """The lines that fit."""
    if query.around:
        ordinals, older = _around(connection, query)
    else:
        ordinals = _newest(connection, query.names, query.bounds, query.count + 1)
        older = len(ordinals) > query.count
        ordinals = ordinals[: query.count]
    return Page(read_lines(connection, own_name, sorted(ordinals)), older and bool(ordinals))


def read_lines(connection: Connection, own_name: str, ordinals: Sequence[int]) -> list[Line]:
    """The lines of these messages, in the order given."""
    lines = {int(row[0]): _line(*row) for row in received_rows(connection, ordinals)}
    own: dict[int, list[Row]] = {}
    for ordinal, *rest in sent_rows(connection, ordinals):
        own.setdefault(int(ordinal), []).append(tuple(rest))
    lines.update({ordinal: _own_line(own_name, ordinal, rows) for ordinal, rows in own.items()})
    files = file_facts(connection, [ordinal for ordinal, line in lines.items() if line.kind != TEXT])
    lines.update({ordinal: replace(lines[ordinal], size=size, path=path) for ordinal, (size, path) in files.items()})
    spoken = find_transcripts(connection, [ordinal for ordinal, line in lines.items() if line.kind == VOICE])
    lines.update({ordinal: _with_words(lines[ordinal], row) for ordinal, row in spoken.items()})
    return [lines[ordinal] for ordinal in ordinals if ordinal in lines]


def _newest(connection: Connection, names: Sequence[str], bounds: Bounds, count: int) -> list[int]:
    found: list[int] = []
    for part in bounds.parts(connection):
        for name in names or ("",):
            found += newest(connection, part, name, count)
        found = sorted(set(found), reverse=True)[:count]
        if len(found) == count:
            break
    return found


def _around(connection: Connection, query: Query) -> tuple[list[int], bool]:
    """Half of the lines before a message, and that one with the others after it; whether there are more before."""
    half = query.count // 2
    before = _newest(connection, query.names, Bounds(before_number=query.around), half + 1)
    older = len(before) > half
    before = before[:half]
    later = {
        ordinal
        for name in query.names or ("",)
        for ordinal in oldest(connection, Part(query.around, MAX_ORDINAL), name, query.count - len(before))
    }
    return [*before, *sorted(later)[: query.count - len(before)]], older


def _own_line(own_name: str, ordinal: int, rows: list[Row]) -> Line:
    message_id, recipients, text, kind, time, *_ = rows[0]
    states = {name: status for *_, name, status in rows}
    return Line(
        id=bytes(message_id).hex(),
        number=ordinal,
        sender=own_name,
        to=tuple(recipients.split(",")),
        text=text,
        kind=kind,
        time=time,
        status=_together(states.values()),
        states=states if len(states) > 1 else {},
        room=recipients if is_room(recipients) else "",
    )


def _together(states: Iterable[str]) -> str:
    """How a message to several stands: pending while it is so for one of them, sent when it is for all."""
    unsent = set(states) - {SENT}
    return PENDING if PENDING in unsent else min(unsent, default=SENT)


def _line(ordinal: int, message_id: bytes, recipients: str, text: str, kind: str, time: str, name: str) -> Line:
    return Line(
        id=bytes(message_id).hex(),
        number=ordinal,
        sender=name,
        to=tuple(recipients.split(",")),
        text=text,
        kind=kind,
        time=time,
        status="received",
        room=recipients if is_room(recipients) else "",
    )


def _with_words(line: Line, row: TranscriptRow) -> Line:
    return replace(
        line, transcript=row.text, confidence=row.confidence, seconds=row.duration_s, no_transcript=row.reason
    )


def count_unread(connection: Connection, name: str, read_up_to: int) -> int:
    """How many messages of `name` came after that ordinal, outside of rooms."""
    rows = connection.query(
        "SELECT COUNT(*) FROM Receiver WHERE name = ? AND ordinal > ? AND room = ''", (name, read_up_to)
    )
    return int(rows[0][0])


def own_texts(connection: Connection, count: int) -> list[str]:
    """What this person wrote last, the newest first; to several it counts once."""
    rows = connection.query(
        "SELECT message FROM Sender s WHERE kind = 'text'"
        " AND name = (SELECT MIN(name) FROM Sender WHERE ordinal = s.ordinal)"
        f" ORDER BY ordinal DESC LIMIT {int(count)}"
    )
    return [text for (text,) in rows]
