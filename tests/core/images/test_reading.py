"""What an image tells is removed, a small one of it can be had, and a bad one fails alone."""

import os
from pathlib import Path

import pytest
from PIL import Image

from chat.core.images import reading
from chat.core.images.messages import Image as ImageMessage
from chat.core.images.reading import NotAnImage, preview, without_metadata
from tests.core.images.samples import SECRET, TURNED, TYPES, bomb, cut_off, orientation, photograph, pixels


@pytest.mark.parametrize("ending", TYPES)
def test_what_it_tells_is_removed(tmp_path: Path, ending: str) -> None:
    path = photograph(tmp_path, ending)
    assert SECRET in path.read_bytes()
    stripped = without_metadata(path, TYPES[ending])
    assert stripped is not None
    assert SECRET not in stripped
    assert orientation(stripped) == TURNED
    assert len(pixels(stripped)) == len(pixels(path.read_bytes()))


def test_a_png_keeps_every_pixel(tmp_path: Path) -> None:
    path = photograph(tmp_path, "png")
    assert pixels(without_metadata(path, "image/png") or b"") == pixels(path.read_bytes())


@pytest.mark.parametrize("ending", TYPES)
def test_one_that_tells_nothing_is_left_alone(tmp_path: Path, ending: str) -> None:
    assert without_metadata(photograph(tmp_path, ending, tells=False), TYPES[ending]) is None


def test_a_kind_that_can_tell_nothing_is_not_even_read(tmp_path: Path) -> None:
    assert without_metadata(tmp_path / "missing.gif", "image/gif") is None


def test_a_kind_of_which_nothing_can_be_removed(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage, match="cannot be removed from image/heic"):
        without_metadata(tmp_path / "photo.heic", "image/heic")


def test_a_preview_is_upright_and_small(tmp_path: Path) -> None:
    picture = preview(photograph(tmp_path, "jpg"), 80, 40)
    assert (picture.width, picture.height) == (40, 40)
    assert len(picture.pixels) == 40 * 40 * 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_preview_of_any_kind_of_pixels(tmp_path: Path, mode: str) -> None:
    path = tmp_path / f"photo.{'jpg' if mode == 'CMYK' else 'png'}"
    image = Image.new(mode, (30, 20))
    image.save(path)
    picture = preview(path, 10, 10)
    seen_through = mode in ("LA", "RGBA")
    assert (picture.width, picture.height) == (10, 7)
    expected = 255 if seen_through else 0
    assert all(abs(value - expected) < 8 for value in picture.pixels) or mode == "CMYK"


ENDINGS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_preview_of_each_format(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"photo.{ending}"
    Image.new("RGB", (64, 64), (200, 30, 30)).save(path)
    picture = preview(path, 4, 4)
    red, green, blue = picture.pixels[:3]
    assert abs(red - 200) < 12
    assert green < 60
    assert blue < 60


def test_one_that_is_of_no_format_we_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(500))
    with pytest.raises(NotAnImage, match="cannot be read"):
        preview(path, 80, 40)


LIARS = {
    "too wide": (81, 1, 3 * 81),
    "too high": (1, 41, 3 * 41),
    "too few pixels": (4, 4, 3 * 15),
    "too many pixels": (4, 4, 3 * 17),
}


@pytest.mark.parametrize("lie", LIARS)
def test_a_child_that_was_taken_over_gets_nothing_else_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    width, height, length = LIARS[lie]
    monkeypatch.setattr(reading, "_ask", lambda *_: (ImageMessage(length, width, height), bytes(length)))
    with pytest.raises(NotAnImage, match="made the program that reads images fail"):
        preview(tmp_path / "photo.png", 80, 40)


@pytest.mark.parametrize("data", [b"", b"no image", os.urandom(5000), b"\xff\xd8\xff" + b"x" * 1000, bomb()])
def test_no_image(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    for attempt in (lambda: preview(path, 80, 40), lambda: without_metadata(path, "image/png")):
        with pytest.raises(NotAnImage):
            attempt()


def test_a_bomb_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb())
    with pytest.raises(NotAnImage, match="more than 120 million pixels"):
        preview(path, 80, 40)


def test_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "half.jpg"
    path.write_bytes(cut_off(tmp_path))
    with pytest.raises(NotAnImage, match="cannot be read"):
        preview(path, 80, 40)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(NotAnImage, match="no ordinary file"):
        preview(tmp_path / "pipe.png", 80, 40)
    with pytest.raises(NotAnImage, match="no such file"):
        preview(tmp_path / "missing.png", 80, 40)


def test_a_child_that_dies_is_a_bad_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.core.images.reading.MODULE", "chat.core.images.nowhere")
    with pytest.raises(NotAnImage, match="made the program that reads images fail"):
        preview(photograph(tmp_path, "png"), 80, 40)


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.core.images.reading.MODULE", "tests.core.images.hanging")
    monkeypatch.setattr("chat.core.images.reading.TIMEOUT_S", 0.2)
    with pytest.raises(NotAnImage, match="takes too long"):
        preview(photograph(tmp_path, "png"), 80, 40)
