"""A drawing is what the protocols say, shows the pixels it was made from, and holds nothing that was not ours."""

import io
import re
import zlib
from base64 import b64decode
from random import Random

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chat.core.images.reading import Picture
from chat.ui.preview import INDENT, KITTY_CHUNK, Way, draw

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def picture(*rows: list[tuple[int, int, int]]) -> Picture:
    return Picture(bytes(value for row in rows for pixel in row for value in pixel), len(rows[0]), len(rows))


FLAG = picture([RED, GREEN], [BLUE, WHITE], [GREEN, GREEN])


@st.composite
def any_picture(some: st.DrawFn) -> Picture:
    width, height = some(st.integers(1, 40)), some(st.integers(1, 20))
    size = width * height * 3
    return Picture(some(st.binary(min_size=size, max_size=size)), width, height)


def noise(width: int, height: int) -> Picture:
    return Picture(Random(7).randbytes(width * height * 3), width, height)


# Half-blocks, on a terminal


def colours(drawing: str) -> list[list[tuple[str, str]]]:
    """Fore- and background of each block, as a terminal has them."""
    screen = pyte.Screen(60, 30)
    pyte.Stream(screen).feed(drawing.replace("\n", "\r\n"))
    return [
        [(cell.fg, cell.bg) for x in range(60) if (cell := screen.buffer[y][x]).data == "▀"]
        for y in range(drawing.count("\n") + 1)
    ]


def test_two_rows_of_pixels_are_a_row_of_blocks() -> None:
    assert colours(draw(FLAG, Way.BLOCKS, 2)) == [
        [("ff0000", "0000ff"), ("00ff00", "ffffff")],
        [("00ff00", "default"), ("00ff00", "default")],
    ]


@given(any_picture())
def test_every_pixel_is_there(any_one: Picture) -> None:
    shown = colours(draw(any_one, Way.BLOCKS, 1))
    for y in range(any_one.height):
        for x in range(any_one.width):
            at = 3 * (y * any_one.width + x)
            assert shown[y // 2][x][y % 2] == any_one.pixels[at : at + 3].hex()


def test_in_256_colours_it_is_the_nearest() -> None:
    assert draw(picture([RED], [WHITE]), Way.BLOCKS_256, 1) == f"{INDENT}\x1b[38;5;196;48;5;231m▀\x1b[0m"
    assert draw(picture([(0, 90, 140)], [(0, 0, 40)]), Way.BLOCKS_256, 1) == f"{INDENT}\x1b[38;5;24;48;5;16m▀\x1b[0m"


def test_after_it_the_colours_are_as_before() -> None:
    screen = pyte.Screen(60, 30)
    pyte.Stream(screen).feed(draw(FLAG, Way.BLOCKS, 2).replace("\n", "\r\n") + "x")
    cell = screen.buffer[1][len(INDENT) + 2]
    assert (cell.data, cell.fg, cell.bg) == ("x", "default", "default")


# The protocols, byte by byte


def test_kitty() -> None:
    drawing = draw(noise(64, 48), Way.KITTY, 8)
    pieces = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", drawing)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in pieces) == drawing
    first = dict(pair.split("=") for pair in pieces[0][0].split(","))
    assert first == {"a": "T", "f": "24", "o": "z", "q": "2", "s": "64", "v": "48", "c": "8", "m": "1"}
    assert [keys for keys, _ in pieces[1:]] == ["m=1"] * (len(pieces) - 2) + ["m=0"]
    assert all(len(data) <= KITTY_CHUNK and len(data) % 4 == 0 for _, data in pieces)
    assert zlib.decompress(b64decode("".join(data for _, data in pieces))) == noise(64, 48).pixels


def test_a_small_one_is_one_piece() -> None:
    assert draw(FLAG, Way.KITTY, 2).count("\x1b_G") == 1
    assert ",m=0;" in draw(FLAG, Way.KITTY, 2)


def test_iterm2() -> None:
    drawing = draw(noise(64, 48), Way.ITERM2, 8)
    found = re.fullmatch(r"\x1b]1337;File=inline=1;size=(\d+);width=8;preserveAspectRatio=1:([^\a]*)\a", drawing)
    assert found is not None
    png = b64decode(found[2], validate=True)
    assert int(found[1]) == len(png)
    with Image.open(io.BytesIO(png)) as image:
        assert (image.format, image.size, image.tobytes()) == ("PNG", (64, 48), noise(64, 48).pixels)


def sixel_pixels(drawing: str, width: int, height: int) -> list[list[tuple[int, ...]]]:
    """Draws as a terminal would."""
    found = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', drawing, re.DOTALL)
    assert found is not None
    assert (int(found[1]), int(found[2])) == (width, height)
    shown: list[list[tuple[int, ...]]] = [[() for _ in range(width)] for _ in range(height)]
    palette: dict[int, tuple[int, ...]] = {}
    colour = x = y = 0
    repeat = 1
    for token in re.findall(r"#\d+;2;\d+;\d+;\d+|#\d+|!\d+|[$?-~-]", found[3]):
        if token[0] == "#":
            numbers = [int(number) for number in token[1:].split(";")]
            colour = numbers[0]
            if len(numbers) > 1:
                palette[colour] = tuple(numbers[2:])
        elif token[0] == "!":
            repeat = int(token[1:])
        elif token == "$":
            x = 0
        elif token == "-":
            x, y = 0, y + 6
        else:
            for column in range(x, x + repeat):
                for bit in range(6):
                    if (ord(token) - 63) >> bit & 1:
                        shown[y + bit][column] = palette[colour]
            x, repeat = x + repeat, 1
    return shown


def test_sixel_of_a_few_colours_is_exact() -> None:
    per_cent = {pixel: tuple(100 * value // 255 for value in pixel) for pixel in (RED, GREEN, BLUE, WHITE)}
    assert sixel_pixels(draw(FLAG, Way.SIXEL, 2), 2, 3) == [
        [per_cent[RED], per_cent[GREEN]],
        [per_cent[BLUE], per_cent[WHITE]],
        [per_cent[GREEN], per_cent[GREEN]],
    ]


@given(any_picture())
def test_sixel_draws_every_pixel_once(any_one: Picture) -> None:
    shown = sixel_pixels(draw(any_one, Way.SIXEL, 1), any_one.width, any_one.height)
    assert all(pixel for row in shown for pixel in row)


def test_sixel_is_short_where_nothing_changes() -> None:
    plain = Picture(bytes(RED) * (640 * 480), 640, 480)
    assert len(draw(plain, Way.SIXEL, 1)) < 2000


# Nothing else


def test_nothing_where_nothing_can_be_shown() -> None:
    assert draw(FLAG, Way.NONE, 10) == ""


@pytest.mark.parametrize("way", [way for way in Way if way is not Way.NONE])
def test_whatever_the_pixels_are_they_do_not_end_a_sequence_early(way: Way) -> None:
    """Pixels that spell escape sequences are pixels all the same."""
    spelt = b"\x1b\\\x1b]0;owned\x07\x1b[2J\x9c\x18\x1a" * 30
    nasty = Picture(spelt[: 3 * (len(spelt) // 3)], len(spelt) // 3, 1)
    drawing = draw(nasty, way, 8)
    assert "owned" not in drawing
    harmless = r"\x1b_G[^\x1b]*\x1b\\|\x1b]1337;[^\x1b\a]*\a|\x1bP[^\x1b]*\x1b\\|\x1b\[[\d;]*m"
    assert re.sub(harmless, "", drawing).replace("▀", "").strip() == ""
