"""Runs what is typed, wherever it comes from: the prompt, -c, --json, or a pipe."""

from collections.abc import Callable

from chat.core.events import Done, Event, Failure
from chat.core.node import Node
from chat.core.people import AddressBook
from chat.errors import ChatError, UserError
from chat.ui.table import find_command
from chat.wire.names import fold_name


class Shell:
    """One person's commands. `node` is None beside another running process: then only some work."""

    def __init__(self, name: str, people: AddressBook, node: Node | None, show: Callable[[list[Event]], None]) -> None:
        self.name = name
        self.people = people
        self.show = show
        self._node = node
        self.talking_to: tuple[str, ...] = ()
        self.ended = False
        self.exit_code = 0
        self.settings: list[tuple[str, str, str]] = []

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
            if line.startswith("/") and not line.startswith("//"):
                name, _, arguments = line[1:].partition(" ")
                command = find_command(name.lower())
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
        self.node.send(self.talking_to, text)


def parse_names(text: str) -> tuple[str, ...]:
    """Names separated by commas, each once. UserError if there are none, or one is none."""
    names = tuple(dict.fromkeys(fold_name(part.strip()) for part in text.split(",") if part.strip()))
    if not names:
        raise UserError("Say whom: NAME, or NAME,NAME for several.")
    return names
