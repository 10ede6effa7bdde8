"""Voice messages: sending, recording, hearing and reading them."""

import re
from pathlib import Path

from chat.core.events import Status, Transcript
from chat.core.voice.devices import NoSoundDevice
from chat.core.voice.sending import prepare
from chat.errors import UserError
from chat.ui.shell import Shell, targets_and_rest
from chat.ui.table import command
from db.connection import Connection
from db.files import DONE, FileRow, files_numbered, files_with_id
from db.transcripts import VOICE, find_transcripts

_NUMBER = re.compile(r"#?([0-9]{1,18})")
_ID = re.compile(r"[0-9a-f]{32}")


@command("/voice NAME[,NAME…] [PATH]")
def voice(shell: Shell, arguments: str) -> None:
    """Send a recording to one or to many, or into a room; without PATH, record one now.

    What phones and desktops record is taken: ogg, opus, m4a, aac, mp3, wav, flac, amr and more. What is said in it is
    written down on your machine and on theirs, so /search finds it.
    """
    recipients, path = targets_and_rest(arguments)
    recording = Path(path) if path else shell.record(shell.node.options.outgoing)
    if recording is not None:
        attached = prepare(recording)
        name = attached.attachment.name
        shell.wrote(shell.node.send(recipients, name, kind=VOICE, file=attached), recipients, f"[{VOICE}] {name}")


@command("/play [N]")
def play(shell: Shell, arguments: str) -> None:
    """Play the voice message of that number, as /history and its message give it; without N, be silent."""
    if not arguments:
        shell.node.player.stop()
        return
    row = shell.people.read(lambda connection: _find(connection, arguments))
    if not row.outgoing and row.state != DONE:
        raise UserError("It is not here yet: /transfers shows how far it is.")
    try:
        shell.node.player.play(Path(row.path))
    except NoSoundDevice as error:
        raise UserError(f"{error} The recording is {row.path}.") from None
    shell.show([Status(name="playing", value=row.path, source="/play")])


@command("/transcript N", beside=True)
def transcript(shell: Shell, arguments: str) -> None:
    """Show all that is said in the voice message of that number; /history shows how a long one begins."""
    shell.show([shell.people.read(lambda connection: _transcript(connection, shell.name, arguments))])


def _transcript(connection: Connection, own_name: str, reference: str) -> Transcript:
    row = _find(connection, reference)
    words = find_transcripts(connection, [row.ordinal]).get(row.ordinal)
    return Transcript(
        id=row.message_id.hex(),
        number=row.ordinal,
        sender=own_name if row.outgoing else row.name,
        text=words.text if words else "",
        confidence=words.confidence if words else None,
        seconds=words.duration_s if words else 0.0,
        error=(words.reason if words else "") or ("" if words and words.text else "it has not been written down yet"),
        asked=True,
    )


def _find(connection: Connection, reference: str) -> FileRow:
    """The file of a message that is named by its number or its id. UserError if there is none."""
    number, message_id = _NUMBER.fullmatch(reference), _ID.fullmatch(reference.lower())
    rows: list[FileRow] = []
    if message_id:
        rows = files_with_id(connection, bytes.fromhex(reference))
    elif number:
        rows = files_numbered(connection, int(number[1]))
    if not rows:
        raise UserError(f"There is no recording of the number {reference[:40]}: /history shows it as #N.")
    return rows[0]
