"""The prompt: the line being typed stays below whatever arrives, whatever the commands are doing.

The main thread owns the terminal and its keys. Commands run in a thread of their own, one after the other,
so a slow one holds up nobody's typing; it owns the shell.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from prompt_toolkit import PromptSession
from prompt_toolkit.application import in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import ThreadedHistory
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from chat.core.events import Failure
from chat.core.history import own_texts
from chat.core.unread import Conversation
from chat.net.threads import DaemonThread, start_thread
from chat.ui.bar import fit, progress, status_bar
from chat.ui.canvas import ask, choose, questions, size_of
from chat.ui.completion import Candidate, CommandCompleter
from chat.ui.conversations import label
from chat.ui.keys import bindings
from chat.ui.live import LiveConsole
from chat.ui.pager import Pages, pager
from chat.ui.past import Past
from chat.ui.previewer import Previewer
from chat.ui.recording import Recording, begin
from chat.ui.shell import Shell, is_command, split_command
from chat.ui.steady import SteadyInput
from chat.ui.table import COMMANDS, is_slow
from chat.ui.wrapping import wrapped

MAX_HELD = 3
MAX_UNSENT_COLUMNS = 400
MAX_MOVING = 3
DEPTHS = {0: ColorDepth.DEPTH_1_BIT, 8: ColorDepth.DEPTH_4_BIT, 256: ColorDepth.DEPTH_8_BIT}
STYLE = Style.from_dict({"strong": "bold", "loud": "bold underline", "held": "italic", "question": "bold reverse"})


@dataclass(frozen=True)
class Question:
    """Something to be answered with one key; any key that is not among the answers takes it back."""

    text: str
    answers: dict[str, Callable[[], object]]


class Prompt:
    """Made before the node is started, so that nothing it says is missed."""

    def __init__(self, shell: Shell, console: LiveConsole) -> None:
        self._shell = shell
        self._console = console
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._question: Question | None = None
        self._recording: Recording | None = None
        self._running = ""
        self._leaving = False
        self._worker = DaemonThread(self._work, "commands")
        shell.record = self._record
        self._cancel_timer: Callable[[], None] = lambda: None
        self._session: PromptSession[None] = PromptSession(
            self._above,
            multiline=True,
            history=ThreadedHistory(Past(lambda count: shell.people.read(lambda tx: own_texts(tx, count)))),
            completer=CommandCompleter(self._people, self._groups),
            complete_while_typing=False,
            complete_in_thread=True,
            search_ignore_case=True,
            key_bindings=bindings(self),
            editing_mode=EditingMode.VI if shell.settings.keys == "vi" else EditingMode.EMACS,
            bottom_toolbar=self._bar,
            style=STYLE,
            color_depth=DEPTHS[console.colours],
            input=SteadyInput(sys.stdin),
            erase_when_done=True,
            refresh_interval=1.0,  # who comes and goes is told of contacts alone, and the bar has others too
        )

    def run(self) -> int:
        """Read and run lines until /quit or the end of input: the exit code."""
        app = self._session.app
        self._session.default_buffer.accept_handler = self._accept  # the line is done, the prompt is not
        self._console.changed = self._changed
        app.key_processor.before_key_press += lambda _: self._console.touched()
        if self._shell.settings.previews:
            self._console.images = self._previewer().want
        with patch_stdout(raw=True):
            self._worker.start()
            app.run()
            self._console.changed = lambda: None
        self._console.finish()
        return 0

    def _previewer(self) -> Previewer:
        """Ask the terminal what it shows of images; what is typed meanwhile is typed."""
        keyboard, screen = sys.stdin.fileno(), sys.stdout.fileno()
        answer, typed = ask(keyboard, screen, questions(os.environ))
        keys: list[KeyPress] = []
        parser = Vt100Parser(keys.append)
        parser.feed_and_flush(typed.replace(b"\n", b"\r").decode(errors="replace"))  # Enter, as it was until now
        store_typeahead(self._session.app.input, keys)
        return Previewer(choose(os.environ, answer), lambda: size_of(screen), self._console.drawn)

    # The commands' thread

    def _work(self) -> None:
        """Owns the shell: runs what was typed until there is an end."""
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as fault:  # noqa: BLE001 - a fault of ours in one command is no reason to end
                self._console.notify(Failure(message=f"A fault: {type(fault).__name__}: {fault}"))
            self._running = ""
            self._changed()
            if self._shell.ended:
                break
        app = self._session.app
        if app.loop is not None:
            app.loop.call_soon_threadsafe(lambda: app.exit() if app.is_running and not app.is_done else None)

    def _run(self, line: str) -> None:
        is_message = not is_command(line) or split_command(line)[0] == "msg"
        if not is_message:
            self._running = line.split(maxsplit=1)[0]
            self._console.typed(self._name(), line)
        if not is_message and is_slow(split_command(line)[0]):
            start_thread(self._run_meanwhile, "a long command", line)
        elif not self._shell.execute(line) and is_message:
            self._console.typed("  not sent: ", fit(line, MAX_UNSENT_COLUMNS))  # Up brings back the whole of it

    def _run_meanwhile(self, line: str) -> None:
        """Owns nothing but a shell of its own: what else is typed goes on."""
        try:
            self._shell.another().execute(line)
        finally:
            self._console.export_ended()

    def _record(self, folder: Path) -> Path | None:
        """From the microphone, until the person has decided."""
        self._recording = recording = begin(folder)
        try:
            return recording.wait(self._changed)
        finally:
            self._recording = None

    # What the keys do, on the main thread

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer."""
        return self._question is not None

    @property
    def line_is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not self._session.default_buffer.text

    @property
    def recording(self) -> bool:
        """Whether the microphone is on."""
        return self._recording is not None

    def end_recording(self, *, keep: bool) -> None:
        """Send it, or discard it."""
        if (recording := self._recording) is not None:
            recording.finish(keep=keep)

    def answer(self, key: str) -> None:
        """Do what the key stands for, or take the question back."""
        question, self._question = self._question, None
        if question is not None:
            question.answers.get(key.lower(), lambda: None)()

    def enter(self) -> None:
        """Take the completion that is chosen; else the line is finished."""
        buffer = self._session.default_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
            return
        word = buffer.text.split(maxsplit=1)[0] if buffer.text.strip() else ""
        if buffer.text[:1].isspace() and is_command(word) and split_command(word)[0] in COMMANDS:
            self._question = Question(
                f"The line begins with a blank. y: run {word}   s: send it as a text   any other key: back to it",
                {"y": lambda: self._finish(buffer.text.lstrip()), "s": lambda: self._finish(buffer.text)},
            )
            return
        buffer.validate_and_handle()

    def paste(self, text: str) -> None:
        """Put it into the line, after a question if it is long."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
        lines = text.count("\n") + 1
        insert = self._session.default_buffer.insert_text
        if lines <= self._shell.settings.paste_lines:
            insert(text)
            return
        asked = f"Paste {lines} lines, {len(text):,} characters, as one message?   y: yes   any other key: no"
        self._question = Question(asked, {"y": lambda: insert(text)})

    def turn_to(self, number: int) -> None:
        """To the conversation with that number."""
        self._turn(self._console.conversations.at(number))

    def turn_to_unread(self) -> None:
        """To the next one with something unread."""
        self._turn(self._console.next_unread())

    def page(self) -> None:
        """Show the history of this conversation, or of all if there is none."""
        pages = Pages(self._console.page)
        app = pager(label(self._shell.talking_to) or "all conversations", pages, self._session.app.output)

        async def show() -> None:
            async with in_terminal():
                await app.run_async()

        self._session.app.create_background_task(show())

    def leave(self) -> None:
        """After what was typed before; at once if it is asked for again."""
        if self._leaving:
            self._session.app.exit()
        self._leaving = True
        self.end_recording(keep=False)
        self._jobs.put(None)

    def _accept(self, buffer: Buffer) -> bool:
        line = buffer.text
        self._jobs.put(lambda: self._run(line))
        return False  # the line is emptied

    def _finish(self, line: str) -> None:
        self._session.default_buffer.text = line
        self._session.default_buffer.validate_and_handle()

    def _turn(self, conversation: Conversation | None) -> None:
        if conversation:
            self._jobs.put(lambda: self._shell.talk_to(conversation))

    # What is shown

    def _above(self) -> StyleAndTextTuples:
        """Own messages under way, a question, and the prompt."""
        columns = self._session.app.output.get_size().columns
        held = [("class:held", f"{fit(text, columns - 1)}\n") for text in self._console.held()[-MAX_HELD:]]
        if (recording := self._recording) is not None:
            held.append(("class:question", f"{fit(recording.line, columns - 1)}\n"))
        asked = [("class:question", f"{wrapped(self._question.text, columns - 1, '')}\n")] if self._question else []
        return [*held, *asked, ("class:prompt", self._name())]

    def _name(self) -> str:
        return f"{label(self._shell.talking_to) or self._shell.name}> "

    def _bar(self) -> StyleAndTextTuples:
        columns = self._session.app.output.get_size().columns
        moving = [("", f"{progress(event, columns)}\n") for event in self._console.moving()[:MAX_MOVING]]
        return [*moving, *status_bar(self._console.facts(self._running), columns)]

    def _people(self) -> Iterator[Candidate]:
        node = self._shell.node
        for user in node.people.all():
            unread = node.unread.count_from(user.name)
            facts = ("online" if node.is_online(user.name) else "", f"{unread} unread" if unread else "")
            yield Candidate(user.name, ", ".join(filter(None, facts)))

    def _groups(self) -> Iterator[Candidate]:
        yield from (Candidate(room, "room") for room in self._shell.node.rooms.joined())
        yield from (Candidate(",".join(one), "conversation") for one in self._console.conversations.all if len(one) > 1)

    # Time

    def _changed(self) -> None:
        """By any thread: something that is shown is different now."""
        app = self._session.app
        if app.is_running and app.loop is not None:
            app.loop.call_soon_threadsafe(self._set_timer)
            app.invalidate()

    def _set_timer(self) -> None:
        """Have the console told when the time comes that it waits for."""
        self._cancel_timer()
        tick, loop = self._console.next_tick(), self._session.app.loop
        if tick is not None and loop is not None:
            self._cancel_timer = loop.call_later(max(0.0, tick - time.monotonic()), self._console.tick).cancel
