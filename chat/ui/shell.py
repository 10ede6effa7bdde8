"""Runs what is typed, wherever it comes from: the prompt, -c, --json, or a pipe."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from chat.core.events import Done, Event, Failure
from chat.core.node import Node
from chat.core.people import AddressBook
from chat.core.unread import conversation_of
from chat.errors import ChatError, UserError
from chat.ui.settings import Settings
from chat.ui.table import find_command
from chat.wire.names import fold_name

Names = tuple[str, ...]


class Screen(Protocol):
    """Where it is told what happens."""

    def show(self, shown: Sequence[Event], /) -> None:
        """Events that belong together."""

    def wrote(self, message_id: str, text: str, /) -> None:
        """What stands in a message that was queued."""

    def turned(self, talking_to: Names, unread: int, /) -> None:
        """Whom plain lines go to from now on, and how many messages of theirs were unread."""


class Shell:
    """One person's commands. `node` is None beside another running process: then only some work."""

    def __init__(self, name: str, people: AddressBook, node: Node | None, screen: Screen) -> None:
        self.name = name
        self.people = people
        self.show = screen.show
        self._screen = screen
        self._node = node
        self.talking_to: Names = ()
        self.ended = False
        self.exit_code = 0
        self.settings = Settings()
        self.sources: list[tuple[str, str, str]] = []  # name, value and source of each setting

    @property
    def node(self) -> Node:
        """The running node. UserError where there is none."""
        if self._node is None:
            raise UserError(f"{self.name} is running already in another terminal: type it there, or /quit there first.")
        return self._node

    @property
    def has_node(self) -> bool:
        """Whether we are the one running process of this person."""
        return self._node is not None

    def execute(self, line: str) -> bool:
        """Run one line; whether it did what it should. What it says goes through `show`."""
        line = line.strip("\r\n")
        name = ""
        try:
            if is_command(line):
                name, arguments = split_command(line)
                command = find_command(name)
                name = command.name
                command.check(arguments)
                command.run(self, arguments.strip())
            elif line.strip():
                name = "msg"
                self.say(line[1:] if line.startswith("//") else line)
        except ChatError as error:
            self.exit_code = self.exit_code or error.exit_code
            self.show([Failure(message=str(error))])
            self.show([Done(command=name, ok=False)])
            return False
        if name:
            self.show([Done(command=name, ok=True)])
        return True

    def say(self, text: str) -> None:
        """Send a plain line to whom one talks to."""
        if not self.talking_to:
            raise UserError("Nobody is chosen: /query NAME first, or /msg NAME TEXT.")
        self.send(self.talking_to, text)

    def send(self, names: Names, text: str) -> None:
        """Send a message; who writes to people has read what they wrote."""
        message_id = self.node.send(names, text)
        self._screen.wrote(message_id, text)
        self.node.unread.read(conversation_of(self.name, self.name, names))

    def talk_to(self, names: Names) -> None:
        """Plain lines go to these from now on, and what is said there counts as read; () for nobody."""
        for name in names:
            self.node.people.make_known(name)
        conversation = conversation_of(self.name, self.name, names)
        unread = self.node.unread.counts().get(conversation, 0)
        self.talking_to = names
        self.node.unread.look_at(conversation)
        self._screen.turned(names, unread)


def is_command(line: str) -> bool:
    """Whether a line is a command, and no text: two slashes are a text that begins with one."""
    return line.startswith("/") and not line.startswith("//")


def split_command(line: str) -> tuple[str, str]:
    """The name of a command, and what comes after it."""
    name, arguments = first_word(line[1:])
    return name.lower(), arguments


def first_word(text: str) -> tuple[str, str]:
    """The first word, and the rest without the blanks between."""
    word, *rest = text.split(maxsplit=1) or [""]
    return word, "".join(rest)


def parse_names(text: str) -> Names:
    """Names separated by commas, each once. UserError if there are none, or one is none."""
    names = tuple(dict.fromkeys(fold_name(part.strip()) for part in text.split(",") if part.strip()))
    if not names:
        raise UserError("Say whom: NAME, or NAME,NAME for several.")
    return names


def names_and_rest(arguments: str) -> tuple[Names, str]:
    """The names that arguments begin with, and the rest. UserError if a blank stands among the names."""
    names, rest = first_word(arguments)
    if names.endswith(",") and rest:
        raise UserError("Write the names without blanks between them, as in bob,carol.")
    return parse_names(names), rest


def waiting_for(names: Iterable[str]) -> str:
    """What is said of messages that are left pending."""
    return f"Still pending for {', '.join(sorted(names))}: it is sent when you are both on."
