"""Transcript: the words of voice messages. A voice message without a row waits, as does one whose row says so."""

from collections.abc import Sequence
from typing import NamedTuple

from db.connection import Connection
from db.files import DONE as FILE_DONE

VOICE = "voice"
WAITING = "waiting"
DONE = "done"
SILENT = "silent"
FAILED = "failed"


class TranscriptRow(NamedTuple):
    """A row of Transcript; `confidence` 0 to 1 or None, `languages` separated by commas."""

    ordinal: int
    state: str
    attempts: int
    text: str
    confidence: float | None
    duration_s: float
    engine: str
    model_sha256: bytes
    languages: str
    reason: str


class Untranscribed(NamedTuple):
    """A voice message that waits for its words; `name` is who sent it or was sent it, it lies at `path`."""

    ordinal: int
    message_id: bytes
    name: str
    outgoing: int
    path: str
    attempts: int


_COLUMNS = ", ".join(TranscriptRow._fields)
_IS_VOICE = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE {table}.ordinal = File.ordinal AND {table}.kind = ?)"
    for table in ("Sender", "Receiver")
)


def next_untranscribed(connection: Connection, after: int = 0) -> Untranscribed | None:
    """The first voice message above that ordinal whose recording is here and whose words are not."""
    rows = connection.query(
        "SELECT File.ordinal, File.message_id, File.name, File.outgoing, File.path, COALESCE(Transcript.attempts, 0)"
        " FROM File LEFT JOIN Transcript ON Transcript.ordinal = File.ordinal"
        " WHERE File.ordinal > ? AND (File.outgoing = 1 OR File.state = ?)"
        f" AND (Transcript.state IS NULL OR Transcript.state = ?) AND ({_IS_VOICE})"
        " ORDER BY File.ordinal LIMIT 1",
        (after, FILE_DONE, WAITING, VOICE, VOICE),
    )
    return Untranscribed(rows[0][0], bytes(rows[0][1]), *rows[0][2:]) if rows else None


def count_attempt(connection: Connection, ordinal: int, change: int = 1) -> None:
    """It is begun once more, or with -1 was not begun after all."""
    if not connection.execute("UPDATE Transcript SET attempts = attempts + ? WHERE ordinal = ?", (change, ordinal)):
        _insert(connection, TranscriptRow(ordinal, WAITING, change, "", None, 0.0, "", b"", "", ""))


def put_transcript(connection: Connection, row: TranscriptRow) -> None:
    """Store what came of it, in place of what was there."""
    connection.execute("DELETE FROM Transcript WHERE ordinal = ?", (row.ordinal,))
    _insert(connection, row)


def find_transcripts(connection: Connection, ordinals: Sequence[int]) -> dict[int, TranscriptRow]:
    """The rows of these messages, as far as there are any."""
    if not ordinals:
        return {}
    rows = connection.query(
        f"SELECT {_COLUMNS} FROM Transcript WHERE ordinal IN ({', '.join('?' * len(ordinals))})", ordinals
    )
    return {row[0]: TranscriptRow(*row)._replace(model_sha256=bytes(row[7])) for row in rows}


def _insert(connection: Connection, row: TranscriptRow) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO Transcript ({_COLUMNS}) VALUES ({marks})", row)
