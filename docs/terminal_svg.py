"""Screens of a terminal emulator as SVG: text in a grid, colours, a window frame.

The window is dark and has an edge of its own, so it reads on a light page and on a dark one. Words are
told their place and width: whatever monospace font the reader has, the columns stay.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

import pyte

CELL_WIDTH = 8.0
LINE_HEIGHT = 18.0
FONT_SIZE = 13.3
PADDING = 14.0
TITLE_HEIGHT = 30.0
GAP = 12.0
BASELINE = 13.5

BACKGROUND = "#161b22"
TITLE_BAR = "#21262d"
EDGE = "#444c56"
FOREGROUND = "#e6edf3"
DIMMED = "#9198a1"
BUTTONS = ("#ff5f57", "#febc2e", "#28c840")

COLOURS = {
    "black": "#484f58",
    "red": "#ff7b72",
    "green": "#56d364",
    "brown": "#e3b341",  # what pyte calls yellow
    "blue": "#79c0ff",
    "magenta": "#d2a8ff",
    "cyan": "#76e3ea",
    "white": "#d0d7de",
    "brightblack": "#8b949e",
    "brightred": "#ffa198",
    "brightgreen": "#7ee787",
    "brightbrown": "#f2cc60",
    "brightblue": "#a5d6ff",
    "brightmagenta": "#e2c5ff",
    "brightcyan": "#b3f0ff",
    "brightwhite": "#ffffff",
}

WIDE = "\0"  # stands for the second cell of a wide character
WORDS = re.compile(r"[^ ]+(?: [^ ]+)*")

STYLE = f"""\
text {{ font: {FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }}
.title {{ font: 12.5px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; text-anchor: middle }}
.bold {{ font-weight: bold }} .italic {{ font-style: italic }} .underlined {{ text-decoration: underline }}"""


@dataclass(frozen=True)
class Look:
    """How a run of characters is drawn."""

    ink: str
    paper: str
    classes: str


@dataclass(frozen=True)
class Window:
    """A screen and its title, with the upper left corner at (x, y); `size` is in pixels."""

    title: str
    screen: pyte.Screen
    x: float = 0.0
    y: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, frame and all."""
        return (
            self.screen.columns * CELL_WIDTH + 2 * PADDING,
            self.screen.lines * LINE_HEIGHT + 2 * PADDING + TITLE_HEIGHT,
        )


def render(windows: Sequence[Window]) -> str:
    """An SVG document with all of the windows."""
    width = max(window.x + window.size[0] for window in windows) + 2
    height = max(window.y + window.size[1] for window in windows) + 2
    titles = ", ".join(window.title for window in windows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(titles)}">',
        f"<style>{STYLE}</style>",
    ]
    for window in windows:
        parts.append(f'<g transform="translate({window.x:g} {window.y:g})">')
        parts += _frame(window)
        parts.append(f'<g transform="translate({PADDING:g} {TITLE_HEIGHT + PADDING:g})">')
        parts += _text(window.screen)
        parts.append("</g></g>")
    return "\n".join([*parts, "</svg>", ""])


def _frame(window: Window) -> Iterator[str]:
    width, height = window.size
    yield f'<rect width="{width:g}" height="{height:g}" rx="9" fill="{BACKGROUND}" stroke="{EDGE}"/>'
    bar = f"M.5 {TITLE_HEIGHT:g}V9.5a9 9 0 0 1 9-9H{width - 9.5:g}a9 9 0 0 1 9 9V{TITLE_HEIGHT:g}z"
    yield f'<path d="{bar}" fill="{TITLE_BAR}"/>'
    for number, colour in enumerate(BUTTONS):
        yield f'<circle cx="{18 + 18 * number}" cy="{TITLE_HEIGHT / 2:g}" r="5.5" fill="{colour}"/>'
    place = f'x="{width / 2:g}" y="{TITLE_HEIGHT / 2 + 4.5:g}"'
    yield f'<text class="title" {place} fill="{DIMMED}">{escape(window.title)}</text>'


def _text(screen: pyte.Screen) -> Iterator[str]:
    for line in range(screen.lines):
        column = 0
        for look, run in groupby(_cells(screen, line), key=lambda cell: cell[1]):
            texts = [text for text, _ in run]
            yield from _run(texts, look, column, line)
            column += len(texts)


def _cells(screen: pyte.Screen, line: int) -> Iterator[tuple[str, Look]]:
    """Text and look of each cell of a line. The second cell of a wide character has an empty text."""
    for column in range(screen.columns):
        cell = screen.buffer[line][column]
        ink, paper = _colour(cell.fg, FOREGROUND), _colour(cell.bg, "")
        at_cursor = not screen.cursor.hidden and (screen.cursor.x, screen.cursor.y) == (column, line)
        if cell.reverse != at_cursor:
            ink, paper = paper or BACKGROUND, ink
        words = (("bold", cell.bold), ("italic", cell.italics), ("underlined", cell.underscore))
        yield cell.data, Look(ink, paper, " ".join(word for word, is_so in words if is_so))


def _run(texts: Sequence[str], look: Look, column: int, line: int) -> Iterator[str]:
    """Cells of one look: their paper, and their words, those apart from each other by themselves."""
    x, top = column * CELL_WIDTH, line * LINE_HEIGHT
    if look.paper:
        width = len(texts) * CELL_WIDTH
        yield f'<rect x="{x:g}" y="{top:g}" width="{width:g}" height="{LINE_HEIGHT:g}" fill="{look.paper}"/>'
    classes = f' class="{look.classes}"' if look.classes else ""
    for words in WORDS.finditer("".join(text[:1] or WIDE for text in texts)):
        start, end = words.span()
        place = f'x="{x + start * CELL_WIDTH:g}" y="{top + BASELINE:g}" textLength="{(end - start) * CELL_WIDTH:g}"'
        yield f'<text {place} fill="{look.ink}"{classes}>{escape("".join(texts[start:end]))}</text>'


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return COLOURS.get(name, f"#{name}")
