"""Rows to store, and a connection with the tables."""

from hashlib import sha256
from typing import Any

from db.connection import Connection, Database
from db.messages import PENDING, ReceiverRow, SenderRow
from db.schema import CLIENT, REGISTRY
from db.transcripts import DONE, TranscriptRow

TIME = "2026-01-31T23:59:59.123Z"


def client_connection(database: Database) -> Connection:
    connection = database.connect()
    CLIENT.apply(connection, "alice")
    return connection


def registry_connection(database: Database) -> Connection:
    connection = database.connect()
    REGISTRY.apply(connection, "a registry")
    return connection


def number(value: int, size: int = 16) -> bytes:
    """Bytes that differ for each number; a NUL, a quote and a backslash are among them."""
    return (value.to_bytes(9, "big") + b"\x00'\\%s?\xff" * 4)[:size]


def sender_row(place: int, name: str = "bob", stream: bytes = number(1), **changes: Any) -> SenderRow:
    row = SenderRow(
        ordinal=place,
        name=name,
        ip="192.0.2.7",
        port=4711,
        message=f"message {place}",
        status=PENDING,
        time=TIME,
        kind="text",
        recipients=name,
        message_id=number(1000 + place),
        digest=sha256(number(place)).digest(),
        stream=stream,
        seq=place,
        chain=sha256(stream + number(place)).digest(),
    )
    return row._replace(**changes)


def receiver_row(ordinal: int, name: str = "bob", **changes: Any) -> ReceiverRow:
    row = ReceiverRow(
        ordinal=ordinal,
        name=name,
        ip="192.0.2.7",
        port=4711,
        message=f"message {ordinal}",
        time=TIME,
        claimed=TIME,
        kind="text",
        recipients="alice",
        message_id=number(2000 + ordinal),
        digest=sha256(number(ordinal)).digest(),
    )
    return row._replace(**changes)


def transcript_row(ordinal: int, text: str = "Hello, 世界! 😀 it's me", **changes: Any) -> TranscriptRow:
    """That much is said in a voice message, or changed as told."""
    row = TranscriptRow(ordinal, DONE, 1, text, 0.75, 12.5, "an engine", number(7, 32), "en,de", "")
    return row._replace(**changes)
