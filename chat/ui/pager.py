"""The history, page by page, on a screen of its own: what was there before comes back when it is left."""

from collections.abc import Callable, Sequence

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text
from prompt_toolkit.formatted_text.utils import split_lines
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.output import Output
from prompt_toolkit.utils import get_cwidth

FIRST_LINES = 200
MORE = 4  # times as many when the first line is reached

MAX_LINES = 10_000
EVERYTHING = 10**9  # rows

Row = StyleAndTextTuples
Read = Callable[[int], tuple[Sequence[str], bool]]


def wrap(text: str, columns: int) -> list[Row]:
    """Text with terminal styles as rows that are at most so many columns wide."""
    rows: list[Row] = []
    for line in split_lines(to_formatted_text(ANSI(text))):
        row: Row = []
        room = columns
        for style, piece, *_ in line:
            for char in piece:
                width = get_cwidth(char)
                if width > room:
                    rows.append(row)
                    row, room = [], columns
                row.append((style, char))
                room -= width
        rows.append(row)
    return rows


class Pages:
    """Which rows are in sight. `read` gives so many of the newest lines in their order, and whether there are more."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._columns = 0
        self._below = 0  # rows below the screen
        self.height = 1
        self._load(FIRST_LINES)

    def _load(self, count: int) -> None:
        self._count = count
        self._lines, self._more = self._read(count)
        self._rows = [row for line in self._lines for row in wrap(line, self._columns)] if self._columns else []

    def rows(self, columns: int, height: int) -> list[Row]:
        """What is in sight on a screen of that size."""
        self.height = height
        if columns != self._columns:
            self._columns = columns
            self._rows = [row for line in self._lines for row in wrap(line, columns)]
        self._below = min(self._below, max(0, len(self._rows) - height))
        end = len(self._rows) - self._below
        return self._rows[max(0, end - height) : end]

    def move(self, rows: int) -> None:
        """Up by so many rows, or down if it is negative; more is read at the top."""
        self._below = max(0, self._below + rows)
        while self._more and self._count < MAX_LINES and self._below + self.height > len(self._rows):
            self._load(min(self._count * MORE, MAX_LINES))
        self._below = min(self._below, max(0, len(self._rows) - self.height))

    @property
    def place(self) -> str:
        """Where one is."""
        if not self._below:
            return "the newest"
        if self._below + self.height < len(self._rows):
            return f"{self._below} rows before the newest"
        return f"{MAX_LINES:,} lines back: /history before:T has more" if self._more else "the oldest"


def _mover(pages: Pages, move: Callable[[], int]) -> Callable[[KeyPressEvent], None]:
    return lambda _: pages.move(move())


def _leave(event: KeyPressEvent) -> None:
    event.app.exit()


def pager(title: str, pages: Pages, output: Output) -> Application[None]:
    """An application that shows them until it is left."""
    keys = KeyBindings()
    moves: dict[str, Callable[[], int]] = {
        "pageup": lambda: pages.height - 1,
        "pagedown": lambda: 1 - pages.height,
        "up": lambda: 1,
        "down": lambda: -1,
        "home": lambda: EVERYTHING,
        "end": lambda: -EVERYTHING,
    }
    for key, move in moves.items():
        keys.add(key)(_mover(pages, move))
    for key in ("q", "escape", "enter", "c-c", "c-d"):
        keys.add(key, eager=True)(_leave)

    def text() -> StyleAndTextTuples:
        size = output.get_size()
        rows = pages.rows(size.columns, size.rows - 1)
        return [piece for row in rows for piece in [*row, ("", "\n")]][:-1]

    bar = FormattedTextControl(lambda: f" {title} · {pages.place} · PgUp, PgDn, Home, End; q goes back")
    body = HSplit([Window(FormattedTextControl(text)), Window(bar, height=1, style="reverse")])
    return Application(Layout(body), key_bindings=keys, full_screen=True, output=output)
