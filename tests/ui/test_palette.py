"""Colours that can be read, and none where none are wanted."""

import pytest

from chat.ui.palette import ALERT_COLOUR, NAME_COLOURS, Palette, choose_palette

LEVELS = (0, 95, 135, 175, 215, 255)  # of the colour cube of xterm
FULL = Palette(colours=256, styles=True)


def luminance(colour: int) -> float:
    """By WCAG 2.1, of a colour of the cube."""
    parts = [LEVELS[(colour - 16) // size % 6] / 255 for size in (36, 6, 1)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*NAME_COLOURS, ALERT_COLOUR])
def test_every_colour_stands_out_from_black_and_from_white(colour: int) -> None:
    own = luminance(colour)
    assert (own + 0.05) / 0.05 >= 3.9
    assert 1.05 / (own + 0.05) >= 3.9


def test_a_name_keeps_its_colour_and_others_have_others() -> None:
    assert FULL.name("bob") == Palette(colours=256, styles=True).name("bob") == "\x1b[1;38;5;27mbob\x1b[0m"
    names = [f"person{number}" for number in range(200)]
    assert len({FULL.name(name).replace(name, "") for name in names}) == len(NAME_COLOURS)


@pytest.mark.parametrize(
    ("setting", "environment", "terminal", "palette"),
    [
        ("auto", {"TERM": "xterm-256color"}, True, Palette(256, True)),
        ("auto", {"TERM": "xterm-kitty"}, True, Palette(256, True)),
        ("auto", {"TERM": "xterm", "COLORTERM": "truecolor"}, True, Palette(256, True)),
        ("auto", {"TERM": "linux"}, True, Palette(8, True)),
        ("auto", {"TERM": "xterm-256color"}, False, Palette()),
        ("auto", {"TERM": "xterm-256color", "NO_COLOR": "1"}, True, Palette(0, True)),
        ("auto", {"TERM": "xterm-256color", "NO_COLOR": ""}, True, Palette(256, True)),
        ("auto", {"TERM": "dumb"}, True, Palette()),
        ("auto", {}, True, Palette()),
        ("never", {"TERM": "xterm-256color"}, True, Palette(0, True)),
        ("never", {"TERM": "xterm-256color"}, False, Palette()),
        ("always", {"TERM": "xterm-256color", "NO_COLOR": "1"}, False, Palette(256, True)),
    ],
)
def test_what_is_chosen(setting: str, environment: dict[str, str], terminal: bool, palette: Palette) -> None:
    assert choose_palette(setting, environment, terminal=terminal) == palette


def test_the_old_eight_and_none() -> None:
    old = Palette(colours=8, styles=True)
    assert old.name("bob") in [f"\x1b[1;3{colour}mbob\x1b[0m" for colour in (2, 5, 6)]
    assert old.alert("no") == "\x1b[1;31mno\x1b[0m"
    assert Palette(styles=True).name("bob") == "\x1b[1mbob\x1b[0m"
    assert [
        getattr(Palette(), style)("bob") for style in ("name", "own_name", "alert", "dim", "bold", "highlight")
    ] == ["bob"] * 6
