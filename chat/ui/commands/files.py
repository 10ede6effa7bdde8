"""Files: sending, taking, stopping, and how they stand."""

import shlex
from contextlib import suppress
from pathlib import Path

from chat.core.events import Status
from chat.core.transfer.preparing import prepare
from chat.errors import UserError
from chat.ui.shell import Shell, targets_and_rest
from chat.ui.table import command


@command("/send [-keep] NAME[,NAME…] PATH")
def send(shell: Shell, arguments: str) -> None:
    """Send a file to one or to many, or into a room, beside the chat. Who is off gets it when both can be found.

    Photographs go without the place, time and camera that they tell of, unless you say -keep.
    """
    keep = arguments.startswith("-keep ")
    recipients, path = targets_and_rest(arguments.removeprefix("-keep ").strip())
    if not path:
        raise UserError("Say which file: /send NAME PATH.")
    kind, attached = prepare(_path(path), shell.node.options.outgoing, keep_metadata=keep)
    name = attached.attachment.name
    if Path(attached.path).parent == shell.node.options.outgoing:
        gone = f"{name} goes without the place, time and camera in it; -keep sends it as it is"
        shell.show([Status(name="metadata", value=gone, source="/send")])
    shell.wrote(shell.node.send(recipients, name, kind=kind, file=attached), recipients, f"[{kind}] {name}")


@command("/transfers")
def transfers(shell: Shell, arguments: str) -> None:
    """List the files that are on their way or wait for something."""
    if not shell.node.transfers.show_unfinished():
        shell.show([Status(name="transfers", value="no file is under way or waits", source="/transfers")])


@command("/view N")
def view(shell: Shell, arguments: str) -> None:
    """Show where the file of that number lies, and what is on it if it is an image and the terminal can."""
    shell.node.transfers.show_one(_number(arguments))


@command("/accept N")
def accept(shell: Shell, arguments: str) -> None:
    """Take the file of that number, as /transfers and its message give it."""
    shell.node.transfers.accept(_number(arguments))


@command("/cancel N")
def cancel(shell: Shell, arguments: str) -> None:
    """Do not send the file of that number any more, or do not take it."""
    shell.node.transfers.cancel(_number(arguments))


def _path(text: str) -> Path:
    """What was typed; or what that means to a shell, as terminals write the name of a file that is dropped on them."""
    path = Path(text).expanduser()
    if not path.exists():
        with suppress(ValueError):  # quotation marks that do not end
            words = shlex.split(text)
            path = Path(words[0]).expanduser() if len(words) == 1 else path
    return path


def _number(text: str) -> int:
    text = text.removeprefix("#")  # as /search shows it
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UserError("Say which file by its number: /transfers lists them.")
    return int(text)
