"""A small image as what a terminal shows: by one of the three graphics protocols, or as coloured half-blocks.

Made from bare pixels: nothing that came from elsewhere is decoded here, or gets into an escape sequence.
Each drawing starts at the left margin and ends below itself. Pure.

    kitty      https://sw.kovidgoyal.net/kitty/graphics-protocol/
    iTerm2     https://iterm2.com/documentation-images.html
    sixel      https://vt100.net/docs/vt3xx-gp/chapter14.html
"""

import io
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from enum import StrEnum

from chat.core.images.reading import BYTES_PER_PIXEL, Picture

KITTY_CHUNK = 4096
SIXEL_COLOURS = 128
SIXEL_ROWS = 6
INDENT = " " * 6

_CUBE = (0, 95, 135, 175, 215, 255)  # the levels of the 256 colours' cube
_NEAREST = [min(range(6), key=lambda level: abs(_CUBE[level] - value)) for value in range(256)]
_SIXEL_SIGNS = bytes(63 + (value & 63) for value in range(256))
_REPEATED = re.compile(rb"(.)\1{3,}", re.DOTALL)


class Way(StrEnum):
    """How a terminal shows images; the half-blocks in all colours, or in 256."""

    NONE = "none"
    BLOCKS_256 = "blocks in 256 colours"
    BLOCKS = "blocks"
    SIXEL = "sixel"
    ITERM2 = "iterm2"
    KITTY = "kitty"


def draw(picture: Picture, way: Way, columns: int) -> str:
    """What to write; `columns` is how wide the picture is to be where the terminal scales it. Empty for NONE."""
    match way:
        case Way.KITTY:
            return _kitty(picture, columns)
        case Way.ITERM2:
            return _iterm2(picture, columns)
        case Way.SIXEL:
            return _sixel(picture)
        case Way.BLOCKS | Way.BLOCKS_256:
            return "\n".join(_blocks(picture, many=way is Way.BLOCKS))
        case Way.NONE:
            return ""


def _kitty(picture: Picture, columns: int) -> str:
    data = b64encode(zlib.compress(picture.pixels)).decode()
    chunks = [data[at : at + KITTY_CHUNK] for at in range(0, len(data), KITTY_CHUNK)]
    first = f"a=T,f=24,o=z,q=2,s={picture.width},v={picture.height},c={columns},"
    return "".join(
        f"\x1b_G{'' if number else first}m={int(number < len(chunks) - 1)};{chunk}\x1b\\"
        for number, chunk in enumerate(chunks)
    )


def _iterm2(picture: Picture, columns: int) -> str:
    from PIL import Image  # noqa: PLC0415 - a tenth of a second that only those need pay who see an image so

    buffer = io.BytesIO()
    Image.frombytes("RGB", (picture.width, picture.height), picture.pixels).save(buffer, "PNG")
    size, data = buffer.getbuffer().nbytes, b64encode(buffer.getvalue()).decode()
    return f"\x1b]1337;File=inline=1;size={size};width={columns};preserveAspectRatio=1:{data}\a"


def _sixel(picture: Picture) -> str:
    from PIL import Image  # noqa: PLC0415 - as above

    image = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels).quantize(SIXEL_COLOURS)
    palette = image.getpalette() or []
    colours = "".join(
        f"#{number};2;{';'.join(str(round(value / 2.55)) for value in palette[3 * number : 3 * number + 3])}"
        for number in range(len(palette) // 3)
    )
    bands = "-".join(_sixel_bands(image.tobytes(), picture.width))
    return f'\x1bP0;1;0q"1;1;{picture.width};{picture.height}{colours}{bands}\x1b\\'


def _sixel_bands(indices: bytes, width: int) -> Iterator[str]:
    """Six rows at a time, one colour over the other. `indices` has each pixel's colour."""
    for top in range(0, len(indices), SIXEL_ROWS * width):
        planes: dict[int, bytearray] = {}
        for row in range(SIXEL_ROWS):
            start = top + row * width
            for column, colour in enumerate(indices[start : start + width]):
                planes.setdefault(colour, bytearray(width))[column] |= 1 << row
        yield "$".join(f"#{colour}{_sixel_line(plane)}" for colour, plane in planes.items())


def _sixel_line(plane: bytearray) -> str:
    signs = plane.translate(_SIXEL_SIGNS)
    return _REPEATED.sub(lambda found: b"!%d%c" % (len(found.group()), found.group()[0]), signs).decode()


def _blocks(picture: Picture, *, many: bool) -> Iterator[str]:
    """A line for two rows of pixels: the upper one is the block's colour, the lower one the background's."""
    row_bytes = picture.width * BYTES_PER_PIXEL
    rows = [picture.pixels[at : at + row_bytes] for at in range(0, len(picture.pixels), row_bytes)]
    for number in range(0, len(rows), 2):
        upper, lower = rows[number], rows[number + 1] if number + 1 < len(rows) else b""
        line, before = INDENT, ""
        for at in range(0, row_bytes, BYTES_PER_PIXEL):
            colours = f"38;{_colour(upper[at : at + 3], many=many)}"
            colours += f";48;{_colour(lower[at : at + 3], many=many)}" if lower else ";49"
            line += "▀" if colours == before else f"\x1b[{colours}m▀"
            before = colours
        yield f"{line}\x1b[0m"


def _colour(pixel: bytes, *, many: bool) -> str:
    red, green, blue = pixel
    if many:
        return f"2;{red};{green};{blue}"
    return f"5;{16 + 36 * _NEAREST[red] + 6 * _NEAREST[green] + _NEAREST[blue]}"
