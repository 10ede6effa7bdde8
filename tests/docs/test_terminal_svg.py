"""The renderer of the pictures: what stands where on the screen stands there in the SVG."""

from xml.etree import ElementTree as ET

import pyte
from terminal_svg import BACKGROUND, CELL_WIDTH, COLOURS, FOREGROUND, LINE_HEIGHT, Window, render

SVG = "{http://www.w3.org/2000/svg}"


def test_words_have_their_place_and_width_whatever_the_font() -> None:
    (words,) = _texts(_drawn("\r\n  two words"))
    assert words.text == "two words"
    assert float(words.attrib["x"]) == 2 * CELL_WIDTH
    assert float(words.attrib["textLength"]) == 9 * CELL_WIDTH
    assert LINE_HEIGHT < float(words.attrib["y"]) < 2 * LINE_HEIGHT


def test_columns_stay_where_they_are() -> None:
    name, key = _texts(_drawn("bob     1234"))
    assert (name.text, key.text) == ("bob", "1234")
    assert float(key.attrib["x"]) == 8 * CELL_WIDTH


def test_a_wide_character_takes_two_cells() -> None:
    words, after = _texts(_drawn("你好 a  b"))
    assert words.text == "你好 a"
    assert float(words.attrib["textLength"]) == 6 * CELL_WIDTH
    assert float(after.attrib["x"]) == 8 * CELL_WIDTH


def test_colours_and_styles() -> None:
    plain, red, exact, reverse = _texts(_drawn("a\x1b[1;31mb\x1b[0;38;2;1;2;3mc\x1b[0;7md\x1b[0m"))
    assert plain.attrib["fill"] == FOREGROUND
    assert (red.attrib["fill"], red.attrib["class"]) == (COLOURS["red"], "bold")
    assert exact.attrib["fill"] == "#010203"
    assert reverse.attrib["fill"] == BACKGROUND


def test_what_would_be_markup_is_text() -> None:
    (words,) = _texts(_drawn('<b>&"'))
    assert words.text == '<b>&"'


def test_windows_fit_in_the_picture() -> None:
    first = Window("one", pyte.Screen(10, 2))
    second = Window("two", pyte.Screen(10, 2), x=first.size[0] + 10, y=5)
    document = ET.fromstring(render([first, second]))
    assert float(document.attrib["width"]) >= second.x + second.size[0]
    assert float(document.attrib["height"]) >= second.y + second.size[1]
    assert document.attrib["aria-label"] == "one, two"


def _drawn(text: str) -> ET.Element:
    screen = pyte.Screen(20, 3)
    pyte.Stream(screen).feed(text + "\x1b[?25l")
    return ET.fromstring(render([Window("title", screen)]))


def _texts(document: ET.Element) -> list[ET.Element]:
    return [text for text in document.iter(f"{SVG}text") if text.attrib.get("class") != "title"]
