"""Reading what was written."""

import re
from datetime import datetime

from chat.core.history import Query, read_history
from chat.errors import UserError
from chat.times import format_time
from chat.ui.shell import Shell
from chat.ui.table import command
from chat.wire.names import fold_name

DEFAULT_LINES = 20
MAX_LINES = 10_000


@command("/history [NAME] [-n N] [before:T] [after:T]", beside=True)
def history(shell: Shell, arguments: str) -> None:
    """Show the newest messages, with one person or with all.

    T is a day or a time, as in 2026-01-31 or 2026-01-31T18:30.
    """
    count, arguments = _taken(arguments, r"-n\s+(\S+)", str(DEFAULT_LINES))
    before, arguments = _taken(arguments, r"before:(\S+)", "")
    after, arguments = _taken(arguments, r"after:(\S+)", "")
    if not count.isascii() or not count.isdigit() or not 1 <= int(count) <= MAX_LINES:
        raise UserError(f"-n takes a number from 1 to {MAX_LINES}.")
    name = fold_name(arguments.strip()) if arguments.strip() else ""
    asked = Query(name, int(count), _utc(before), _utc(after))
    lines = shell.people.read(lambda connection: read_history(connection, shell.name, asked))
    shell.show([*lines])


def _taken(arguments: str, pattern: str, default: str) -> tuple[str, str]:
    """What a pattern's group caught, and the arguments without it."""
    found = re.search(rf"(?:^|\s){pattern}", arguments)
    if not found:
        return default, arguments
    return found.group(1), arguments[: found.start()] + arguments[found.end() :]


def _utc(text: str) -> str:
    """A local day or time as it is stored, or nothing for nothing."""
    if not text:
        return ""
    try:
        return format_time(datetime.fromisoformat(text).astimezone())
    except (ValueError, OverflowError):
        raise UserError(f"{text!r} is no day or time: write 2026-01-31 or 2026-01-31T18:30.") from None
