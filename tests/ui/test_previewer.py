"""Images come one after the other; one that cannot be read is a line; what the terminal cannot show is not read."""

import threading
from pathlib import Path

import pytest

from chat.core.images.reading import NotAnImage, Picture
from chat.ui import previewer as previewer_module
from chat.ui.canvas import Screen
from chat.ui.preview import Way
from chat.ui.previewer import MAX_WAITING, Previewer
from tests.core.images.samples import bomb, photograph
from tests.people import PATIENCE_S


class Shown:
    """What was shown, and a way to wait for it."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, text: str) -> None:
        with self._changed:
            self.all.append(text)
            self._changed.notify()

    def wait(self, count: int) -> list[str]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= count, PATIENCE_S)
        return self.all


def previewer(shown: Shown, way: Way = Way.BLOCKS) -> Previewer:
    return Previewer(way, lambda: Screen(80, 24), shown)


def test_a_photograph_and_what_is_none(tmp_path: Path) -> None:
    shown = Shown()
    painter = previewer(shown)
    painter.want(photograph(tmp_path, "jpg"))
    for name, data in (("photo.heic", b"\0\0\0\x18ftypheic"), ("bomb.png", bomb()), ("\x1b[2Jcut.jpg", b"\xff\xd8")):
        (tmp_path / name).write_bytes(data)
        painter.want(tmp_path / name)
    painter.want(tmp_path / "\x1b]0;owned\x07.png")
    drawing, *lines = shown.wait(5)
    assert drawing.count("▀") > 50
    assert all(line.startswith("      no preview: ") for line in lines)
    assert "more than 120 million pixels" in lines[1]
    assert not any("\x1b" in line for line in lines)


def test_what_the_terminal_cannot_show_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewer_module, "preview", lambda *_: pytest.fail("read"))
    before = threading.active_count()
    previewer(Shown(), Way.NONE).want(Path("photo.jpg"))
    assert threading.active_count() == before


def test_a_flood_of_images_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    first, go = threading.Event(), threading.Event()

    def read(*_: object) -> Picture:
        first.set()
        assert go.wait(PATIENCE_S)
        return Picture(b"\xff\0\0", 1, 1)

    monkeypatch.setattr(previewer_module, "preview", read)
    shown = Shown()
    painter = previewer(shown)
    painter.want(Path("photo.jpg"))
    assert first.wait(PATIENCE_S)
    for _ in range(1000):
        painter.want(Path("photo.jpg"))
    go.set()
    shown.wait(MAX_WAITING + 1)
    painter.want(Path("last.jpg"))
    assert len(shown.wait(MAX_WAITING + 2)) == MAX_WAITING + 2


def test_without_a_process_it_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Picture:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(previewer_module, "preview", fail)
    assert "no preview: [Errno 11] Resource temporarily" in previewer(Shown()).drawn(Path("photo.jpg"))


def test_it_is_read_at_the_size_that_the_screen_has_then(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def read(_: Path, width: int, height: int) -> Picture:
        asked.append((width, height))
        raise NotAnImage("No.")

    monkeypatch.setattr(previewer_module, "preview", read)
    screens = iter([Screen(48, 16, (10, 20)), Screen(28, 12, (8, 16))])
    painter = Previewer(Way.KITTY, lambda: next(screens), Shown())
    painter.drawn(Path("a"))
    painter.drawn(Path("a"))
    assert asked == [(400, 200), (160, 96)]
