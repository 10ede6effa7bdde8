"""Text from outside, made harmless to look at. In the database it stays as it came.

A terminal obeys control characters, and people are fooled by those that turn the direction of writing
or have no width; each is shown as its number instead. Marks that are piled on one letter are cut short.
"""

import unicodedata

MAX_MARKS = 4
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_JOINER = "\u200d"  # joins emoji into one; elsewhere it is only invisible


def inert(text: str, *, lines: bool = False) -> str:
    """`text` without anything that a terminal would obey; with `lines` line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_MARKS:
            continue
        if char == "\n" and lines:
            shown.append(char)
        elif char == "\t":
            shown.append("    ")
        elif char == _JOINER and place and unicodedata.category(text[place - 1]) in ("So", "Sk", "Mn"):
            shown.append(char)
        elif category in _HIDDEN:
            shown.append(f"<U+{ord(char):04X}>")
        else:
            shown.append(char)
    return "".join(shown)
