"""Files: sending, taking, stopping, and how they stand."""

from pathlib import Path

from chat.core.transfer.source import inspect
from chat.errors import UserError
from chat.ui.shell import Shell, parse_names
from chat.ui.table import command


@command("/send NAME[,NAME…] PATH")
def send(shell: Shell, arguments: str) -> None:
    """Send a file to one or to many, beside the chat. Who is off gets it when both can be found."""
    names, _, path = arguments.partition(" ")
    recipients = parse_names(names)
    if not path.strip():
        raise UserError("Say which file: /send NAME PATH.")
    attached = inspect(Path(path.strip()))
    kind = "image" if attached.attachment.type.startswith("image/") else "file"
    shell.node.send(recipients, attached.attachment.name, kind=kind, file=attached)


@command("/transfers")
def transfers(shell: Shell, arguments: str) -> None:
    """List the files that are on their way or wait for something."""
    shell.node.transfers.show_unfinished()


@command("/accept N")
def accept(shell: Shell, arguments: str) -> None:
    """Take the file of that number, as /transfers and its message give it."""
    shell.node.transfers.accept(_number(arguments))


@command("/cancel N")
def cancel(shell: Shell, arguments: str) -> None:
    """Do not send the file of that number any more, or do not take it."""
    shell.node.transfers.cancel(_number(arguments))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UserError("Say which file by its number: /transfers lists them.")
    return int(text)
