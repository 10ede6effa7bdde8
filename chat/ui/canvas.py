"""What the terminal can show of an image, and how large: by its own answers, and by its environment.

It is asked once, before anything else reads the keyboard: for kitty's protocol by that protocol's own query,
for sixel by its device attributes, which every terminal answers and which therefore end the waiting. iTerm2 and
WezTerm say in the environment what they are. A multiplexer takes kitty's query for a window title, and some
old terminals print it: those are not asked it.
"""

import array
import fcntl
import os
import re
import select
import termios
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass

from chat.ui.preview import Way

ANSWER_TIMEOUT_S = 0.5
MAX_ANSWER_BYTES = 4096

ASK_KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
ASK_ATTRIBUTES = b"\x1b[c"
ERASE = b"\r\x1b[K"  # whatever a terminal made of a question that it does not know
SIXEL = "4"  # among the attributes

_KITTY_ANSWER = re.compile(rb"\x1b_G[^\x1b]*\x1b\\")
_ATTRIBUTES = re.compile(rb"\x1b\[\?([\d;]*)c")
_ITERM2 = ("iTerm.app", "iTerm2", "WezTerm")
_TRUE_COLOUR = ("truecolor", "24bit")

MAX_COLUMNS = 60
MAX_LINES = 18
USUAL_CELL = (8, 16)

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Screen:
    """A terminal's size in cells, and a cell's in pixels."""

    columns: int
    lines: int
    cell: tuple[int, int] = USUAL_CELL

    def room(self, way: Way) -> tuple[int, int]:
        """How many pixels an image may have each way."""
        columns, lines = max(1, min(MAX_COLUMNS, self.columns - 8)), max(1, min(MAX_LINES, self.lines - 6))
        if way in (Way.BLOCKS, Way.BLOCKS_256):
            return columns, 2 * lines
        return columns * self.cell[0], lines * self.cell[1]


def choose(environment: Environment, answer: bytes) -> Way:
    """The best way there is, for a terminal that gave that answer."""
    attributes = _ATTRIBUTES.search(answer)
    programs = (environment.get("LC_TERMINAL"), environment.get("TERM_PROGRAM"))
    if any(b";OK" in found for found in _KITTY_ANSWER.findall(answer)):
        return Way.KITTY
    if not _is_multiplexed(environment) and any(program in _ITERM2 for program in programs):
        return Way.ITERM2
    if attributes and SIXEL in attributes[1].decode().split(";"):
        return Way.SIXEL
    if environment.get("NO_COLOR"):
        return Way.NONE
    if environment.get("COLORTERM") in _TRUE_COLOUR:
        return Way.BLOCKS
    return Way.BLOCKS_256 if "256color" in environment.get("TERM", "") else Way.NONE


def questions(environment: Environment) -> bytes:
    """What to ask a terminal; nothing, if it is none that could answer."""
    term = environment.get("TERM", "")
    if term.lower() in ("", "dumb", "unknown"):
        return b""
    prints_it = term == "linux" or environment.get("TERM_PROGRAM") == "Apple_Terminal"
    return ASK_ATTRIBUTES if prints_it or _is_multiplexed(environment) else ASK_KITTY + ASK_ATTRIBUTES


def ask(keyboard: int, screen: int, question: bytes) -> tuple[bytes, bytes]:
    """Ask the terminal on these descriptors: its answers, and what was typed meanwhile. Waits half a second at most."""
    if not question:
        return b"", b""
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        os.write(screen, question)
        heard = _heard(keyboard)
        os.write(screen, ERASE)
        return split(heard)
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def split(heard: bytes) -> tuple[bytes, bytes]:
    """Answers, and what is none."""
    answers = b"".join(found[0] for pattern in (_KITTY_ANSWER, _ATTRIBUTES) for found in pattern.finditer(heard))
    return answers, _ATTRIBUTES.sub(b"", _KITTY_ANSWER.sub(b"", heard))


def size_of(screen: int) -> Screen:
    """The size of the terminal on that descriptor; its cells are of a usual size if it does not say."""
    found = array.array("H", [24, 80, 0, 0])
    try:
        fcntl.ioctl(screen, termios.TIOCGWINSZ, found)
    except OSError:
        return Screen(80, 24)
    lines, columns, width, height = found
    if not lines or not columns:
        return Screen(80, 24)
    return Screen(columns, lines, (width // columns or USUAL_CELL[0], height // lines or USUAL_CELL[1]))


def _heard(keyboard: int) -> bytes:
    heard = b""
    end = time.monotonic() + ANSWER_TIMEOUT_S
    while not _ATTRIBUTES.search(heard) and len(heard) < MAX_ANSWER_BYTES:
        ready, _, _ = select.select([keyboard], [], [], max(0.0, end - time.monotonic()))
        if not ready or not (data := os.read(keyboard, 1024)):
            break
        heard += data
    return heard


def _is_multiplexed(environment: Environment) -> bool:
    term = environment.get("TERM", "")
    return bool(environment.get("TMUX") or environment.get("STY")) or term.startswith(("tmux", "screen"))
