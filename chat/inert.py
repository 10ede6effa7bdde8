"""Text from outside, made harmless to look at. In the database it stays as it came.

A terminal obeys control characters, and people are fooled by those that turn the direction of writing
or cannot be seen; each is shown as its number instead. Marks that are piled on one letter are cut short.
What writing needs stays: emoji that are joined of several, and the joiners of Persian and of the Indic scripts.
"""

import unicodedata

MAX_MARKS = 4
_TAB = "    "
_OBEYED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MARKS = frozenset(("Mn", "Me"))

# Characters that no rule above calls invisible, and that are: Unicode's Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt) without those of category Cf, and the blank of braille.
_UNSEEN = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10))
) | frozenset(range(0xE0000, 0xE1000))

_NON_JOINER, _JOINER, _EMOJI_STYLE, _TEXT_STYLE = "\u200c", "\u200d", "\ufe0f", "\ufe0e"
_NEW_PICTURES = range(0x1F300, 0x1FB00)  # kept for emoji: the next Unicode version fills what this one leaves open
_VIRAMA = 9  # the canonical combining class of the signs after which Indic scripts join


def inert(text: str, *, lines: bool = False) -> str:
    """`text` without anything that a terminal would obey; with `lines` line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    if lines:
        text = text.replace("\r\n", "\n")
    shown: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata.category(char) in _MARKS else 0
        if marks > MAX_MARKS:
            continue
        if char == "\n" and lines:
            shown.append(char)
        elif char == "\t":
            shown.append(_TAB)
        elif _is_harmless(char) or _is_needed(text, place):
            shown.append(char)
        else:
            shown.append(f"<U+{ord(char):04X}>")
    return "".join(shown)


def _is_harmless(char: str) -> bool:
    if ord(char) in _UNSEEN:
        return False
    return unicodedata.category(char) not in _OBEYED or ord(char) in _NEW_PICTURES


def _is_needed(text: str, place: int) -> bool:
    """Whether a character that cannot be seen is one that writing needs where it stands."""
    char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if char in (_EMOJI_STYLE, _TEXT_STYLE):
        return _is_picture(before) or before in tuple("#*0123456789")
    if char == _JOINER and _is_picture(after):
        return _is_picture(before) or before == _EMOJI_STYLE
    if char in (_JOINER, _NON_JOINER) and before:
        # RFC 5892, appendix A: after a virama, or between letters of a script that joins them
        return unicodedata.combining(before) == _VIRAMA or (_joins(before) and _joins(after))
    return False


def _is_picture(char: str) -> bool:
    return bool(char) and (unicodedata.category(char) in ("So", "Sk", "Sm") or ord(char) in _NEW_PICTURES)


def _joins(char: str) -> bool:
    return bool(char) and unicodedata.bidirectional(char) in ("AL", "NSM")
