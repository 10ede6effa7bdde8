"""The command table: a command is one decorated function. Help, completion and the manual read it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from chat.errors import UserError

if TYPE_CHECKING:
    from chat.ui.shell import Shell

Run = Callable[["Shell", str], None]


@dataclass(frozen=True)
class Command:
    """A command of the prompt, of -c and of --json. `beside`: works while another process of this person runs."""

    name: str
    usage: str
    help: str
    run: Run
    beside: bool

    def check(self, arguments: str) -> None:
        """UserError, with the usage, if words are missing that the command cannot do without."""
        _, *needed = re.sub(r" \[[^]]*\]", "", self.usage).split()
        if len(arguments.split()) < len(needed):
            raise UserError(f"Something is missing: write {self.usage}")


COMMANDS: dict[str, Command] = {}


def command(usage: str, *, beside: bool = False) -> Callable[[Run], Run]:
    """Enter a function into the table; its docstring is the help, `usage` starts with the name."""

    def enter(run: Run) -> Run:
        name = usage.split(maxsplit=1)[0].removeprefix("/")
        COMMANDS[name] = Command(name, usage, " ".join((run.__doc__ or "").split()), run, beside)
        return run

    return enter


def find_command(name: str) -> Command:
    """The command of that name. UserError, with what may have been meant, if there is none."""
    found = COMMANDS.get(name)
    if found is None:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"Did you mean /{near[0]}?" if near else "/help lists them."
        raise UserError(f"There is no command /{name}. {hint}")
    return found
