"""The command table: a command is one decorated function. Help, completion and the manual read it, and the keys."""

import re
import sys
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
    """A command of the prompt, of -c and of --json. `beside`: works while another process of this person runs.

    `slow`: may take hours, so a prompt goes on meanwhile.
    """

    name: str
    usage: str
    help: str
    run: Run
    beside: bool
    slow: bool = False

    @property
    def section(self) -> str:
        """What it belongs to: the word that its module's docstring begins with, up to a colon or full stop."""
        return re.split("[:.]", sys.modules[self.run.__module__].__doc__ or "")[0]

    @property
    def items(self) -> tuple[str, ...]:
        """What comes after the name, with brackets round what may be left out: NAME, [-n N], [before:T]."""
        return tuple(_ITEM.findall(self.usage)[1:])

    @property
    def options(self) -> tuple[str, ...]:
        """Those that may stand anywhere, without brackets: -n N, before:T."""
        return tuple(item[1:-1] for item in self.items if _OPTION.match(item))

    @property
    def arguments(self) -> tuple[str, ...]:
        """The others, in their order, without brackets."""
        return tuple(item[1:-1] if item[0] == "[" else item for item in self.items if not _OPTION.match(item))

    @property
    def needed(self) -> int:
        """How many words must be there."""
        return sum(not item.startswith("[") for item in self.items)

    def check(self, arguments: str) -> None:
        """UserError, with the usage, if words are missing that the command needs, or are there and it takes none."""
        if len(arguments.split()) < self.needed:
            raise UserError(f"Something is missing: write {self.usage}")
        if arguments.strip() and not self.items:
            raise UserError(f"{self.usage} stands alone. To send a text that begins with it: /{self.usage}")


COMMANDS: dict[str, Command] = {}

SECTIONS = (
    "Writing to people",
    "Contacts",
    "Rooms",
    "Reading what was written",
    "Files",
    "Voice messages",
    "Oneself",  # others go before this one
)

ARGUMENTS = {
    "NAME": "somebody's name",
    "NAME[,NAME…]": "one name, or several with commas between and no blanks",
    "ROOM": "a room, as in #tea",
    "TEXT": "the rest of the line",
    "WORDS": "all of them are in what is found",
    '"A PHRASE"': "words that stand side by side",
    "PATH": "a file; ~ is your own folder, and blanks may be in it",
    "N": "the number of a file or a message, as it is shown",
    "PREFIX": "how a name begins",
    "IP:PORT": "where to reach somebody without the registry",
    "COMMAND": "a command, or keys",
    "FINGERPRINT": "as it was shown",
    "-n N": "so many lines",
    "before:T": "older than a day, a time or a message: 2026-01-31, 2026-01-31T18:30, #N",
    "after:T": "from a day or a time on, or newer than a message",
    "around:#N": "what was said round the message of that number",
    "--utc": "times in UTC",
    "no|yes": "whether others may",
    "NICKNAME[,NICKNAME…]": "other names, with commas between",
    "--anonymised": "with pseudonyms, and texts without names, addresses and numbers",
    "--without NAME[,NAME…]": "leave out what these wrote, and quotes of it",
    "--time order|part|day": "how coarse the times are",
    "--dry-run": "show a sample and write nothing",
    "--overwrite": "also if there is such a file already",
    "-keep": "photographs with what they tell of place and camera",
    "-invite": "by invitation only",
    "in:ROOM": "written in one of these rooms",
    "from:NAME": "written by one of these",
    "to:NAME": "written to one of these",
    "has:file|image|voice": "with such an attachment",
}

KEYS = (
    ("Enter", "send the line, or run the command"),
    ("Alt-Enter", "begin a new line within the message"),
    ("Tab", "complete a command, a name, an option or a path"),
    ("Up, Down", "earlier and later lines of yours, also of earlier runs"),
    ("Ctrl-R", "search them"),
    ("Alt-1 … Alt-9", "turn to the conversation with that number in the status bar"),
    ("Alt-A", "turn to the next conversation with something unread"),
    ("PgUp", "read the history, page by page"),
    ("Ctrl-X Ctrl-E", "write in your editor ($VISUAL or $EDITOR)"),
    ("Ctrl-C", "drop the line"),
    ("Enter, Ctrl-C", "while the microphone is on: send the recording, or discard it"),
    ("Ctrl-D", "leave, on an empty line"),
)

_ITEM = re.compile(r"\[(?:[^][]|\[[^]]*])*]|[^\s[]+(?:\[[^]]*])?")
_OPTION = re.compile(r"\[(-|[a-z]+:)")


def command(usage: str, *, beside: bool = False, slow: bool = False) -> Callable[[Run], Run]:
    """Enter a function into the table; its docstring is the help, `usage` starts with the name."""

    def enter(run: Run) -> Run:
        name = usage.split(maxsplit=1)[0].removeprefix("/")
        COMMANDS[name] = Command(name, usage, " ".join((run.__doc__ or "").split()), run, beside, slow)
        return run

    return enter


def is_slow(name: str) -> bool:
    """Whether that is a command that may take hours."""
    return name in COMMANDS and COMMANDS[name].slow


def all_commands() -> list[Command]:
    """The commands, section by section, what is used most first."""
    order = {section: place for place, section in enumerate(SECTIONS)}
    return sorted(COMMANDS.values(), key=lambda entry: order.get(entry.section, len(order) - 1.5))


def find_command(name: str) -> Command:
    """The command of that name. UserError, with what may have been meant, if there is none."""
    found = COMMANDS.get(name)
    if found is None:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"Did you mean /{near[0]}?" if near else "/help lists them."
        raise UserError(f"There is no command /{name}. {hint}")
    return found
