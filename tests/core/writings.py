"""A history to read: messages put into the tables as the Journal does, without streams and peers."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chat.core.indexing import Indexer
from chat.times import format_time
from db.connection import Connection, transaction
from db.files import FileRow, insert_files
from db.messages import insert_received, insert_sent
from tests.corpus import LINES
from tests.db.rows import number, receiver_row, sender_row

OWN_NAME = "alice"
PEOPLE = ("bob", "carol", "dave", "bo")


@dataclass(frozen=True)
class Writing:
    """A message. `file_name` is the name of its file where that is not its text."""

    ordinal: int
    sender: str
    to: tuple[str, ...]
    text: str
    kind: str = "text"
    time: str = "2026-01-31T10:00:00.000Z"
    file_name: str = ""


def write(connection: Connection, writings: Iterable[Writing], *, owner: str = OWN_NAME) -> None:
    """Store messages, each in a transaction of its own, and have them indexed."""
    indexer = Indexer(owner, connection)
    for writing in writings:
        with transaction(connection) as tx:
            _insert(tx, writing, owner)
            indexer.stored(tx, writing.ordinal, [writing.text])


def chance_writings(chance: random.Random, count: int) -> list[Writing]:
    """Messages with text of every script, from and to everybody; clocks are set back at times, ordinals leave gaps."""
    writings = []
    ordinal, hour = 0, 0.0
    for _ in range(count):
        ordinal += 1 if chance.random() < 0.9 else chance.randint(2, 9)
        hour += chance.random() if chance.random() < 0.95 else -5
        sender = chance.choice((OWN_NAME, *PEOPLE))
        others = tuple(sorted(chance.sample(PEOPLE, chance.choice((1, 1, 1, 3)))))
        to = others if sender == OWN_NAME else (OWN_NAME, *(name for name in others if name != sender))
        text = " ".join(chance.sample(LINES, chance.choice((1, 1, 2))))
        kind = chance.choice(("text", "text", "text", "file", "image", "voice"))
        file_name = f"{text.split()[0]} photo.png" if kind != "text" and chance.random() < 0.5 else ""
        writings.append(Writing(ordinal, sender, to, text, kind, hour_time(hour), file_name))
    return writings


def hour_time(hour: float) -> str:
    """That many hours after a certain moment."""
    return format_time(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour))


def _insert(tx: Connection, writing: Writing, owner: str) -> None:
    facts = {
        "message": writing.text,
        "kind": writing.kind,
        "time": writing.time,
        "recipients": ",".join(writing.to),
    }
    if writing.sender == owner:
        insert_sent(tx, [sender_row(writing.ordinal, name, stream=number(len(name)), **facts) for name in writing.to])
    else:
        insert_received(tx, [receiver_row(writing.ordinal, writing.sender, **facts)])
    if writing.kind != "text":
        people = writing.to if writing.sender == owner else (writing.sender,)
        insert_files(tx, [file_row(writing, name) for name in people])


def file_row(writing: Writing, name: str) -> FileRow:
    """Its file, as it is with one person."""
    return FileRow(
        ordinal=writing.ordinal,
        name=name,
        outgoing=int(writing.sender == OWN_NAME),
        message_id=number(writing.ordinal),
        file_name=(writing.file_name or writing.text)[:255],
        size=1,
        type="image/png",
        digest=number(1, 32),
        path="",
        stamp="",
        state="offered",
        reason="",
        time=writing.time,
    )
