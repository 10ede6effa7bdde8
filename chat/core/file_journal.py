"""What happens to the table of files, run inside transactions of the store's writer like the Journal's methods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from chat.times import format_time
from chat.wire.messages import Attachment, Body
from db.connection import Connection
from db.files import (
    ACCEPTED,
    DECLINED,
    DONE,
    FAILED,
    OFFERED,
    FileRow,
    accepted_since,
    file_of_message,
    find_file,
    insert_files,
    set_file_state,
)
from db.messages import SENT, set_status
from db.users import find_user

QUOTA_HOURS = 24


@dataclass(frozen=True)
class FilePolicy:
    """Which files are taken without asking: of contacts, up to a size each, and up to a sum and a number in a day."""

    each_bytes: int
    daily_bytes: int
    daily_files: int = 1000


DEFAULT_POLICY = FilePolicy(each_bytes=100 * 1024 * 1024, daily_bytes=1024 * 1024 * 1024)


@dataclass(frozen=True)
class Attached:
    """A file that a message is about: what is said of it, where it lies here, and its stamp."""

    attachment: Attachment
    path: str
    stamp: str


class Arrival(msgspec.Struct, frozen=True):
    """A message that was stored just now. `body.to` has the writer's other recipients too."""

    ordinal: int
    message_id: bytes
    name: str
    body: Body
    time: str

    @property
    def to(self) -> tuple[str, ...]:
        """To whom it was written: all of its recipients, or the room."""
        return (self.body.room,) if self.body.room else self.body.to


def announce(
    tx: Connection, file: Attached, ordinal: int, message_id: bytes, recipients: Sequence[str], time: str
) -> None:
    """A file was written about: a row for each recipient."""
    about = file.attachment
    insert_files(
        tx,
        [
            FileRow(
                ordinal=ordinal,
                name=name,
                outgoing=1,
                message_id=message_id,
                file_name=about.name,
                size=about.size,
                type=about.type,
                digest=about.digest,
                path=file.path,
                stamp=file.stamp,
                state=OFFERED,
                reason="",
                time=time,
            )
            for name in recipients
        ],
    )


def note_offers(tx: Connection, policy: FilePolicy, arrivals: Sequence[Arrival]) -> None:
    """Messages came in: those about files get a row, accepted at once where the policy says so."""
    for arrival in arrivals:
        about = arrival.body.file
        if about is None:
            continue
        taken = _is_welcome(tx, policy, arrival.name, about.size, arrival.time)
        row = FileRow(
            ordinal=arrival.ordinal,
            name=arrival.name,
            outgoing=0,
            message_id=arrival.message_id,
            file_name=about.name,
            size=about.size,
            type=about.type,
            digest=about.digest,
            path="",
            stamp="",
            state=ACCEPTED if taken else OFFERED,
            reason="",
            time=arrival.time,
        )
        insert_files(tx, [row])


def _is_welcome(tx: Connection, policy: FilePolicy, name: str, size: int, now: str) -> bool:
    user = find_user(tx, name)
    if user is None or not user.contact or size > policy.each_bytes:
        return False
    since = format_time(datetime.fromisoformat(now) - timedelta(hours=QUOTA_HOURS))
    files_taken, bytes_taken = accepted_since(tx, name, since)
    return files_taken < policy.daily_files and bytes_taken + size <= policy.daily_bytes


def attachment_of(connection: Connection, ordinal: int, name: str) -> Attachment | None:
    """What was said of a message's file."""
    row = find_file(connection, ordinal, name)
    return Attachment(row.file_name, row.size, row.type, bytes(row.digest)) if row else None


def delivered(tx: Connection, name: str, message_id: bytes, digest: bytes) -> FileRow | None:
    """`name` has the whole file: the row if that was news, None if it was not, or was about another content."""
    row = file_of_message(tx, message_id, name, outgoing=True)
    if row is None or row.state == DONE or bytes(row.digest) != digest:
        return None
    _end_outgoing(tx, row, DONE)
    return row


def declined(tx: Connection, name: str, message_id: bytes) -> FileRow | None:
    """`name` does not take the file: the row if that was news."""
    row = file_of_message(tx, message_id, name, outgoing=True)
    if row is None or row.state != OFFERED:
        return None
    _end_outgoing(tx, row, DECLINED)
    return row


def complete(tx: Connection, row: FileRow, path: str) -> bool:
    """A file is here, whole, at `path`: whether it still was to be taken."""
    now = find_file(tx, row.ordinal, row.name)
    if now is None or now.state not in (ACCEPTED, DONE):
        return False
    set_file_state(tx, row.ordinal, row.name, DONE, path=path)
    return True


def give_up(tx: Connection, row: FileRow, state: str, reason: str = "") -> bool:
    """A file will not be sent or taken: cancelled, declined or failed, and why. Whether it was under way until now."""
    now = find_file(tx, row.ordinal, row.name)
    if now is None or now.state not in (OFFERED, ACCEPTED, state):
        return False
    if row.outgoing:
        _end_outgoing(tx, row, state, reason)
    else:
        set_file_state(tx, row.ordinal, row.name, state, reason=reason)
    return True


def accept(tx: Connection, row: FileRow) -> bool:
    """Take a file that was offered, or that was declined or failed before: whether it is to be had."""
    now = find_file(tx, row.ordinal, row.name)
    if now is None or now.outgoing or now.state not in (OFFERED, ACCEPTED, DECLINED, FAILED):
        return False
    set_file_state(tx, row.ordinal, row.name, ACCEPTED)
    return True


def _end_outgoing(tx: Connection, row: FileRow, state: str, reason: str = "") -> None:
    set_file_state(tx, row.ordinal, row.name, state, reason=reason)
    set_status(tx, row.name, row.ordinal, SENT if state == DONE else state)
