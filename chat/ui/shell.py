"""Runs what is typed, wherever it comes from: the prompt, -c, --json, or a pipe."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from chat.core.events import Done, Event, Failure
from chat.core.node import Node
from chat.core.people import AddressBook
from chat.errors import ChatError, UserError
from chat.ui.table import find_command
from chat.wire.names import fold_name, fold_room, is_room


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
        self._ok = True
        self._under_way = 0
        self._changed = threading.Condition()

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
        """Run one line to its end; whether it did what it should. What it says goes through `show`."""
        self.begin(line)
        self.settle()
        return self._ok

    def begin(self, line: str) -> None:
        """Run one line; if it is a message, without waiting until that is on the disk and Done is said.

        Messages then share commits. What is said keeps the order of the lines.
        """
        line = line.strip("\r\n")
        name = ""
        try:
            if line.startswith("/") and not line.startswith("//"):
                name, _, arguments = line[1:].partition(" ")
                command = find_command(name.lower())
                name = command.name
                if name != "msg":
                    self.settle()
                command.check(arguments)
                command.run(self, arguments.strip())
            elif line.strip():
                name = "msg"
                self._say(line[1:] if line.startswith("//") else line)
        except ChatError as error:
            self.settle()
            self._done(name, error)
        else:
            if name != "msg":
                self._done(name, None)

    def settle(self) -> None:
        """Wait until all that was begun is done."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way)

    def send(self, names: Sequence[str], text: str) -> None:
        """Have a message sent; done once it is on the disk."""
        sending = self.node.submit(names, text)
        with self._changed:
            self._under_way += 1
        sending.add_done_callback(self._sent)

    def _sent(self, sending: Future[str]) -> None:
        """By the writer's thread, one after the other."""
        try:
            self._done("msg", sending.exception())
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _say(self, text: str) -> None:
        if not self.talking_to:
            raise UserError("Nobody is chosen: /query NAME first, or /msg NAME TEXT.")
        self.send(self.talking_to, text)

    def _done(self, name: str, error: BaseException | None) -> None:
        self._ok = error is None
        if error is not None:
            self.exit_code = self.exit_code or getattr(error, "exit_code", ChatError.exit_code)
            self.show([Failure(message=str(error))])
        if name:
            self.show([Done(command=name, ok=self._ok)])


def parse_names(text: str) -> tuple[str, ...]:
    """Names separated by commas, each once. UserError if there are none, or one is none."""
    names = tuple(dict.fromkeys(fold_name(part.strip()) for part in text.split(",") if part.strip()))
    if not names:
        raise UserError("Say whom: NAME, or NAME,NAME for several.")
    return names


def parse_targets(text: str) -> tuple[str, ...]:
    """To whom one writes: names separated by commas, or one room. UserError if it is neither."""
    return (fold_room(text),) if is_room(text) else parse_names(text)
