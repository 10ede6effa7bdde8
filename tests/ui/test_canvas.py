"""What a terminal can show, by what it answers and what it says that it is; asked without losing what is typed."""

import fcntl
import os
import struct
import termios
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.ui import canvas
from chat.ui.canvas import ASK_ATTRIBUTES, ASK_KITTY, ERASE, Screen, ask, choose, questions, size_of, split
from chat.ui.preview import Way

KITTY_YES = b"\x1b_Gi=31;OK\x1b\\"
KITTY_NO = b"\x1b_Gi=31;ENOTSUPPORTED:no graphics\x1b\\"
XTERM = {"TERM": "xterm-256color"}

CASES: list[tuple[str, dict[str, str], bytes, Way]] = [
    ("kitty", {"TERM": "xterm-kitty"}, KITTY_YES + b"\x1b[?62;c", Way.KITTY),
    ("a kitty that says no", XTERM, KITTY_NO + b"\x1b[?62;22c", Way.BLOCKS_256),
    ("ghostty", {**XTERM, "COLORTERM": "truecolor"}, KITTY_YES + b"\x1b[?62;22c", Way.KITTY),
    ("iTerm2", {**XTERM, "TERM_PROGRAM": "iTerm.app"}, b"\x1b[?62;4c", Way.ITERM2),
    ("iTerm2 over ssh", {**XTERM, "LC_TERMINAL": "iTerm2"}, b"\x1b[?62;4c", Way.ITERM2),
    ("tmux in iTerm2", {"TERM": "tmux-256color", "LC_TERMINAL": "iTerm2"}, b"\x1b[?1;2c", Way.BLOCKS_256),
    ("tmux with sixel", {**XTERM, "TMUX": "/tmp/tmux,1,0", "TERM_PROGRAM": "tmux"}, b"\x1b[?1;2;4c", Way.SIXEL),
    ("xterm with sixel", XTERM, b"\x1b[?63;1;2;4;6;9;15;22c", Way.SIXEL),
    ("40 is not 4", XTERM, b"\x1b[?64;14;40;44c", Way.BLOCKS_256),
    ("VTE", {**XTERM, "COLORTERM": "truecolor"}, b"\x1b[?65;1;9c", Way.BLOCKS),
    ("one that says nothing", XTERM, b"", Way.BLOCKS_256),
    ("eight colours", {"TERM": "xterm"}, b"\x1b[?6c", Way.NONE),
    ("no colours wanted", {**XTERM, "COLORTERM": "truecolor", "NO_COLOR": "1"}, b"\x1b[?6c", Way.NONE),
    ("no colours wanted, but it has sixel", {**XTERM, "NO_COLOR": "1"}, b"\x1b[?62;4c", Way.SIXEL),
    ("the console of Linux", {"TERM": "linux"}, b"\x1b[?6c", Way.NONE),
]


@pytest.mark.parametrize(("_", "environment", "answer", "way"), CASES, ids=[case[0] for case in CASES])
def test_the_best_way_there_is(_: str, environment: dict[str, str], answer: bytes, way: Way) -> None:
    assert choose(environment, answer) is way


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, b""),
        ({"TERM": "dumb"}, b""),
        (XTERM, ASK_KITTY + ASK_ATTRIBUTES),
        ({**XTERM, "TMUX": "/tmp/tmux,1,0"}, ASK_ATTRIBUTES),
        ({"TERM": "screen-256color"}, ASK_ATTRIBUTES),
        ({**XTERM, "STY": "1.screen"}, ASK_ATTRIBUTES),
        ({"TERM": "linux"}, ASK_ATTRIBUTES),
        ({**XTERM, "TERM_PROGRAM": "Apple_Terminal"}, ASK_ATTRIBUTES),
    ],
)
def test_nobody_is_asked_what_would_be_taken_badly(environment: dict[str, str], asked: bytes) -> None:
    assert questions(environment) == asked


ANSWERS = (KITTY_YES, KITTY_NO, b"\x1b[?62;4;22c")
TYPED = st.sampled_from([b"", b"/msg bob hi\r", b"\x1b[A", b"\x1b", b"gr\xc3\xbc\xc3\x9fe", b"\x1b[200~"])


@given(st.lists(st.tuples(TYPED, st.sampled_from(ANSWERS))), TYPED)
def test_answers_are_told_from_what_is_typed(pieces: list[tuple[bytes, bytes]], last: bytes) -> None:
    heard = b"".join(typed + answer for typed, answer in pieces) + last
    answers, typed = split(heard)
    assert typed == b"".join(typed for typed, _ in pieces) + last
    assert sorted(answers) == sorted(b"".join(answer for _, answer in pieces))


class FakeTerminal:
    """Answers what it is asked, by a thread of its own."""

    def __init__(self) -> None:
        self.outside, self.inside = os.openpty()

    def answer(self, *data: bytes) -> None:
        def run() -> None:
            os.read(self.outside, 1024)
            for piece in data:
                os.write(self.outside, piece)

        threading.Thread(target=run, daemon=True).start()

    def settings(self) -> list[object]:
        return termios.tcgetattr(self.inside)


@pytest.fixture
def terminal() -> Iterator[FakeTerminal]:
    fake = FakeTerminal()
    yield fake
    os.close(fake.outside)
    os.close(fake.inside)


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "ANSWER_TIMEOUT_S", 60.0)


@pytest.mark.usefixtures("_patient")
def test_it_is_asked_and_is_as_it_was_afterwards(terminal: FakeTerminal) -> None:
    before = terminal.settings()
    terminal.answer(b"/who", KITTY_YES[:5], KITTY_YES[5:] + b"\r\x1b[?62", b";4c")
    answers, typed = ask(terminal.inside, terminal.inside, questions(XTERM))
    assert answers == KITTY_YES + b"\x1b[?62;4c"
    assert typed in (b"/who\r", b"/who\n")
    assert os.read(terminal.outside, 1024) == ERASE  # for those who print what they do not know
    assert terminal.settings() == before


def test_one_that_does_not_answer_is_not_waited_for(terminal: FakeTerminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "ANSWER_TIMEOUT_S", 0.05)
    before = terminal.settings()
    terminal.answer(b"typed")
    assert ask(terminal.inside, terminal.inside, ASK_ATTRIBUTES)[0] == b""
    assert terminal.settings() == before


@pytest.mark.usefixtures("_patient")
def test_one_that_floods_is_not_listened_to_for_ever(terminal: FakeTerminal) -> None:
    terminal.answer(*[b"x" * 1000] * 10)
    answers, typed = ask(terminal.inside, terminal.inside, ASK_ATTRIBUTES)
    assert answers == b""
    assert len(typed) < 3 * canvas.MAX_ANSWER_BYTES


def test_nothing_is_asked_where_there_is_nothing_to_ask() -> None:
    assert ask(-1, -1, b"") == (b"", b"")


def resize(terminal: FakeTerminal, lines: int, columns: int, width: int, height: int) -> None:
    fcntl.ioctl(terminal.inside, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, width, height))


def test_its_size(terminal: FakeTerminal) -> None:
    resize(terminal, 50, 100, 1000, 1000)
    assert size_of(terminal.inside) == Screen(100, 50, (10, 20))
    resize(terminal, 50, 100, 0, 0)
    assert size_of(terminal.inside) == Screen(100, 50, canvas.USUAL_CELL)
    resize(terminal, 0, 0, 0, 0)
    assert size_of(terminal.inside) == Screen(80, 24)


def test_no_terminal_has_a_usual_size() -> None:
    read, write = os.pipe()
    assert size_of(read) == Screen(80, 24)
    os.close(read)
    os.close(write)


@given(st.integers(1, 1000), st.integers(1, 1000), st.sampled_from(Way))
def test_an_image_leaves_room_for_the_line_being_typed(columns: int, lines: int, way: Way) -> None:
    screen = Screen(columns, lines, (10, 20))
    width, height = screen.room(way)
    cell = (1, 2) if way in (Way.BLOCKS, Way.BLOCKS_256) else (10, 20)
    assert 1 <= width // cell[0] <= max(1, columns - 8)
    assert 1 <= height // cell[1] <= max(1, lines - 6)
