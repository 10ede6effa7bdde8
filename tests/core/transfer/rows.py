"""Rows of File for tests of transfers."""

import hashlib
from pathlib import Path

from chat.core.transfer.source import inspect
from db.files import ACCEPTED, OFFERED, FileRow
from tests.db.rows import TIME


def sent_row(path: Path) -> FileRow:
    """Bob is sent that file."""
    attached = inspect(path)
    about = attached.attachment
    return FileRow(
        ordinal=7,
        name="bob",
        outgoing=1,
        message_id=bytes(range(16)),
        file_name=about.name,
        size=about.size,
        type=about.type,
        digest=about.digest,
        path=str(path),
        stamp=attached.stamp,
        state=OFFERED,
        reason="",
        time=TIME,
    )


def awaited_row(data: bytes, name: str = "it.bin") -> FileRow:
    """Alice is to send those bytes."""
    return FileRow(
        ordinal=8,
        name="alice",
        outgoing=0,
        message_id=bytes(range(16)),
        file_name=name,
        size=len(data),
        type="",
        digest=hashlib.sha256(data).digest(),
        path="",
        stamp="",
        state=ACCEPTED,
        reason="",
        time=TIME,
    )
