"""The prompt: prompt_toolkit keeps the line being typed below whatever arrives."""

from collections.abc import Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from chat.ui.shell import Shell
from chat.ui.table import COMMANDS


class CommandCompleter(Completer):
    """Commands with their help, and names where names go."""

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """What may be meant by what stands before the cursor."""
        text = document.text_before_cursor
        if not text.startswith("/"):
            return
        word, space, rest = text[1:].partition(" ")
        if not space:
            for entry in COMMANDS.values():
                if entry.name.startswith(word):
                    yield Completion(f"/{entry.name} ", -len(text), display=f"/{entry.name}", display_meta=entry.help)
        elif "NAME" in getattr(COMMANDS.get(word), "usage", "") and " " not in rest:
            start = rest.rpartition(",")[2]
            for name in self._names():
                if name.startswith(start.lower()):
                    yield Completion(name, -len(start))


def run_prompt(shell: Shell) -> int:
    """Read and run lines until /quit or the end of input: the exit code."""
    session: PromptSession[str] = PromptSession(
        history=InMemoryHistory(),
        completer=CommandCompleter(lambda: [user.name for user in shell.people.all()]),
        complete_while_typing=False,
        bottom_toolbar=lambda: _toolbar(shell),
    )
    with patch_stdout(raw=True):
        while not shell.ended:
            try:
                line = session.prompt(lambda: f"{','.join(shell.talking_to) or shell.name}> ")
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            shell.execute(line)
    return 0


def _toolbar(shell: Shell) -> str:
    node = shell.node
    online = sum(presence.online for presence in node.roster.values())
    registry = "" if node.signed_in else "  registry away"
    return f" {node.name}  {'hidden' if node.hidden else 'visible'}  {online} online{registry} "
