"""What Tab offers: commands, and the arguments that a command's usage names, each with what it is.

The usage in the command table is read word by word: `NAME` is completed by the people one knows, `PATH` by
files, `COMMAND` by commands, and options in brackets (`[-n N]`, `[before:T]`, `[has:file|image]`) are offered
until they are used.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from chat.ui.table import ARGUMENTS, COMMANDS, Command, all_commands
from chat.wire.names import is_room

ONE, SEVERAL, ROOM = "NAME", "NAME[,NAME…]", "ROOM"


@dataclass(frozen=True)
class Candidate:
    """A word, and what it is."""

    word: str
    what: str = ""


People = Callable[[], Iterable[Candidate]]


@dataclass(frozen=True)
class Typed:
    """The arguments typed so far: whole ones, options, and the word at the cursor with all that it may go on from."""

    whole: tuple[str, ...]
    options: tuple[str, ...]  # as the usage writes them
    word: str
    awaited: str = ""  # the option whose value is to come
    rest: str = ""  # from the last argument's place on: a path may have blanks


class CommandCompleter(Completer):
    """`people` are those one knows, `groups` rooms, and the people of conversations with several, joined by commas."""

    def __init__(self, people: People, groups: People) -> None:
        self._people = people
        self._groups = groups
        self._paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may be meant by what stands before the cursor."""
        text = document.text_before_cursor
        if not text.startswith("/") or "\n" in text:
            return
        name, blank, arguments = text[1:].partition(" ")
        if not blank:
            yield from _fitting(name, _commands(), after=" ")
        elif name.lower() in COMMANDS:
            command = COMMANDS[name.lower()]
            yield from self._arguments(command, read_arguments(command, arguments), complete_event)

    def _arguments(self, command: Command, typed: Typed, event: CompleteEvent) -> Iterator[Completion]:
        if typed.awaited:
            yield from self._value(typed.awaited.partition(":")[2], typed.word)
            return
        arguments = command.arguments
        place = len(typed.whole)
        if arguments and arguments[-1] == "PATH" and place >= len(arguments) - 1:
            yield from self._paths.get_completions(Document(typed.rest), event)
        elif place < len(arguments):
            yield from self._value(arguments[place], typed.word)
        if place >= command.needed:
            left = [option for option in command.options if option not in typed.options]
            yield from _fitting(typed.word, (Candidate(_key(one), ARGUMENTS.get(one, "")) for one in left))

    def _value(self, kind: str, word: str) -> Iterable[Completion]:
        if kind == ONE:
            return _fitting(word.lower(), self._people())
        if kind == SEVERAL:
            *before, last = word.lower().split(",")
            left = [candidate for candidate in self._people() if candidate.word not in before]
            groups = [] if before else [*self._groups()]
            return _fitting(last, [*left, *groups])
        if kind == ROOM:
            return _fitting(word.lower(), (group for group in self._groups() if is_room(group.word)))
        if kind == "COMMAND":
            return _fitting(word.removeprefix("/"), (Candidate(one.word, one.what) for one in _commands()))
        return _fitting(word, map(Candidate, kind.split("|") if "|" in kind else ()))


def read_arguments(command: Command, text: str) -> Typed:
    """What of a command's arguments stands before the cursor."""
    *before, word = text.split(" ")
    flags = {option.split(" ")[0]: option for option in command.options if " " in option}
    whole: list[str] = []
    used: list[str] = []
    awaited = ""
    for part in filter(None, before):
        option = flags.get(part) or _option_with_key(command, part)
        if awaited:
            awaited = ""
        elif option:
            used.append(option)
            awaited = f"{part}:{option.partition(' ')[2]}" if part in flags else ""
        else:
            whole.append(part)
    rest = text.split(" ", len(command.arguments) - 1)[-1] if command.arguments else ""
    option = _option_with_key(command, word)
    if option and not awaited:
        return Typed(tuple(whole), tuple(used), word.partition(":")[2], option, rest)
    return Typed(tuple(whole), tuple(used), word, awaited, rest)


def _option_with_key(command: Command, word: str) -> str:
    """The option like before:T that a word is, if it is one."""
    key, colon, _ = word.partition(":")
    return next((one for one in command.options if colon and one.startswith(f"{key}:")), "") or (
        word if word in command.options else ""
    )


def _key(option: str) -> str:
    """-n of '-n N', before: of 'before:T', --anonymised of itself."""
    return option.partition(" ")[0] if ":" not in option else option.partition(":")[0] + ":"


def _commands() -> Iterator[Candidate]:
    for command in all_commands():
        yield Candidate(command.name, command.help.partition(".")[0])


def _fitting(begun: str, candidates: Iterable[Candidate], after: str = "") -> Iterator[Completion]:
    for candidate in candidates:
        if candidate.word.startswith(begun):
            yield Completion(candidate.word + after, -len(begun), display=candidate.word, display_meta=candidate.what)
