"""A terminal to look at: a program in a pseudo-terminal, under a terminal emulator that answers as real ones do."""

import contextlib
import copy
import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pexpect
import pyte

from tests.processes import PATIENCE_S, ROOT

ENTER, TAB, ESCAPE = "\r", "\t", "\x1b"
UP, DOWN, PAGE_UP, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"
ALTERNATE_SCREEN = 1049
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"


def ctrl(letter: str) -> str:
    """The character that a terminal sends for Ctrl and a letter."""
    return chr(ord(letter.upper()) - 64)


def alt(key: str) -> str:
    """What a terminal sends for Alt and a key."""
    return ESCAPE + key


class Screen(pyte.HistoryScreen):  # type: ignore[misc] # pyte has no types
    """pyte's, with the second screen that full-screen programs use: leaving it brings the first one back."""

    _first: Any = None

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """As tmux does it: what is below the cursor goes first, so that the cursor stays where it was in the text."""
        removed = max(0, self.lines - (lines or self.lines))
        above = max(0, removed - (self.lines - 1 - self.cursor.y))
        place = self.cursor.y - above
        self.history.top.extend(copy.copy(self.buffer[line]) for line in range(above))
        self.cursor_position(1, 1)
        self.insert_lines(removed - above)  # pyte itself drops from the top alone
        super().resize(lines, columns)
        self.cursor_position(place + 1, 1)

    def set_mode(self, *modes: int, **kwargs: bool) -> None:
        super().set_mode(*modes, **kwargs)
        if ALTERNATE_SCREEN in modes and kwargs.get("private"):
            self._first = (copy.deepcopy(self.buffer), copy.copy(self.cursor), self.history)
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **kwargs: bool) -> None:
        super().reset_mode(*modes, **kwargs)
        if ALTERNATE_SCREEN in modes and kwargs.get("private") and self._first:
            self.buffer, self.cursor, self.history = self._first
            self.dirty.update(range(self.lines))


class Terminal:
    """What is on the screen is in `lines`; `raw` has every byte that the program wrote."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = Screen(columns, lines, history=10_000)
        self.screen.write_process_input = self._answer
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._child = pexpect.spawn(
            command[0],
            list(command[1:]),
            env={"TERM": "xterm-256color", **_own_environment(), **(environment or {})},
            cwd=str(ROOT),
            dimensions=(lines, columns),
            timeout=PATIENCE_S,
        )
        self._child.delaybeforesend = None

    def _answer(self, text: str) -> None:
        self._child.send(text)

    # What a person does

    def type(self, keys: str) -> None:
        self._child.send(keys)

    def paste(self, text: str) -> None:
        """Paste as terminals with bracketed paste do: each line break is a carriage return."""
        self._child.send(PASTE_BEGINS + text.replace("\n", "\r") + PASTE_ENDS)

    def enter(self, line: str) -> None:
        self._child.send(line + ENTER)

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        self._child.setwinsize(lines, columns)

    def kill(self, number: int) -> None:
        self._child.kill(number)

    # What a person sees

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen, a line below the other, without what was left empty at its end."""
        return "\n".join(self.lines).rstrip()

    @property
    def scrolled(self) -> list[str]:
        """Everything that was shown and is not erased: what scrolled off at the top, and the screen."""
        above = ["".join(line[x].data for x in range(self.screen.columns)).rstrip() for line in self.screen.history.top]
        return above + self.lines

    def where(self, text: str) -> tuple[int, int]:
        """Line and column of `text`."""
        for number, line in enumerate(self.lines):
            if text in line:
                return number, line.index(text)
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def ink(self, text: str) -> str:
        """The colour that `text` is written in."""
        line, column = self.where(text)
        return str(self.screen.buffer[line][column].fg)

    # Waiting

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Show what the program writes until it is so."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"never: {what}; the screen is\n{self.text}"
            assert self.pump(end - time.monotonic()), f"it ended before: {what}; the screen is\n{self.text}"

    def wait_for(self, *texts: str) -> None:
        """Until all of them are on the screen."""
        self.wait(lambda: all(text in self.text for text in texts), f"{texts} on the screen")

    def wait_gone(self, text: str) -> None:
        self.wait(lambda: text not in self.text, f"no {text!r} on the screen")

    def wait_line(self, *parts: str) -> str:
        """Until one line has all of the parts: that line."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [line for line in self.lines if all(part in line for part in parts)]
            return bool(found)

        self.wait(there, f"a line with {parts}")
        return found[-1]

    def pump(self, timeout_s: float) -> bool:
        """Show what the program wrote, waiting for some; False once it has ended."""
        ready, _, _ = select.select([self._child.fileno()], [], [], max(0.0, timeout_s))
        if not ready:
            return True
        try:
            data = self._child.read_nonblocking(65_536, 0)
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def wait_end(self) -> int:
        """The exit code."""
        end = time.monotonic() + PATIENCE_S
        while self.pump(end - time.monotonic()):
            assert time.monotonic() < end, f"it does not end; the screen is\n{self.text}"
        self._child.wait()
        return int(self._child.exitstatus if self._child.exitstatus is not None else -self._child.signalstatus)

    def close(self) -> None:
        with contextlib.suppress(pexpect.ExceptionPexpect):
            self._child.close(force=True)


def _own_environment() -> dict[str, str]:
    """Ours, without what says how to write on the screen."""
    unwanted = ("NO_COLOR", "TERM", "VISUAL", "EDITOR", "PROMPT_TOOLKIT", "P2PCHAT", "XDG_CONFIG", "KITTY", "VTE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {"LANG": "C.UTF-8", "TZ": "UTC", **kept}
