"""Runs what is typed, wherever it comes from: the prompt, -c, --json, or a pipe."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from chat.core.backup.making import Made
from chat.core.events import Done, Event, Failure
from chat.core.node import Node
from chat.core.people import AddressBook
from chat.core.unread import conversation_of
from chat.errors import ChatError, UserError
from chat.ui.recording import record_without_terminal
from chat.ui.settings import Settings
from chat.ui.table import find_command
from chat.wire.names import fold_name, fold_room, is_room

Names = tuple[str, ...]


class Screen(Protocol):
    """Where it is told what happens."""

    def show(self, shown: Sequence[Event], /) -> None:
        """Events that belong together."""

    def wrote(self, message_id: str, to: Names, text: str, /) -> None:
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
        self.make_backup: Callable[[Path], Made]
        self.record: Callable[[Path], Path | None] = record_without_terminal
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

    def another(self) -> "Shell":
        """One more of the same person, for a command that another thread runs meanwhile."""
        return Shell(self.name, self.people, self._node, self._screen)

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
            if is_command(line):
                name, arguments = split_command(line)
                command = find_command(name)
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

    def send(self, names: Names, text: str) -> None:
        """Have a message sent; done once it is on the disk."""
        sending = self.node.submit(names, text)
        with self._changed:
            self._under_way += 1
        sending.add_done_callback(lambda sent: self._sent(sent, names, text))

    def wrote(self, message_id: str, names: Names, text: str) -> None:
        """A message is on the disk; who writes to people has read what they wrote."""
        self._screen.wrote(message_id, names, text)
        self.node.unread.read(conversation_of(self.name, self.name, names))

    def _sent(self, sending: Future[str], names: Names, text: str) -> None:
        """By the writer's thread, one after the other."""
        error = sending.exception()
        try:
            if error is None:
                self.wrote(sending.result(), names, text)
            self._done("msg", error)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def talk_to(self, names: Names) -> None:
        """Plain lines go to these from now on, and what is said there counts as read; () for nobody."""
        self.node.make_known(names)
        conversation = conversation_of(self.name, self.name, names)
        unread = self.node.unread.counts().get(conversation, 0)
        self.talking_to = names
        self.node.unread.look_at(conversation)
        self._screen.turned(names, unread)

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


def parse_targets(text: str) -> Names:
    """To whom one writes: names separated by commas, or one room. UserError if it is neither."""
    return (fold_room(text),) if is_room(text) else parse_names(text)


def names_and_rest(arguments: str) -> tuple[Names, str]:
    """The names that arguments begin with, and the rest. UserError if a blank stands among the names."""
    names, rest = first_word(arguments)
    if names.strip(",") and names.endswith(",") and rest:
        raise UserError("Write the names without blanks between them, as in bob,carol.")
    return parse_names(names), rest


def targets_and_rest(arguments: str) -> tuple[Names, str]:
    """The same, where one room may stand for the names."""
    first, rest = first_word(arguments)
    return ((fold_room(first),), rest) if is_room(first) else names_and_rest(arguments)


def waiting_for(names: Iterable[str]) -> str:
    """What is said of messages that are left pending."""
    return f"Still pending for {', '.join(sorted(names))}: it is sent when you are both on."
