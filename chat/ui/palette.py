"""Colours: a name keeps its own, on every machine and at every start, whether the background is light or dark.

Of the 256 colours those are taken that stand out from black and from white alike (a contrast of 3.9 at
least); where a terminal has only the old eight, those of them that can be read on both.
"""

from dataclasses import dataclass
from zlib import crc32

NAME_COLOURS = (131, 130, 64, 28, 30, 31, 27, 98, 129, 164, 162)
ALERT_COLOUR = 196
OLD_NAME_COLOURS = (2, 5, 6)  # green, magenta, cyan; red is for alerts
OLD_ALERT_COLOUR = 1
MANY_COLOURS = ("256color", "kitty", "alacritty", "foot", "ghostty", "wezterm")  # in the TERM of those that have them


@dataclass(frozen=True)
class Palette:
    """Wraps text in what a terminal obeys. `colours`: 0, 8 or 256; without `styles` nothing is wrapped at all."""

    colours: int = 0
    styles: bool = False

    def name(self, name: str) -> str:
        """A person's name in that person's colour."""
        return self._coloured(name, crc32(name.encode()), NAME_COLOURS, OLD_NAME_COLOURS)

    def own_name(self, name: str) -> str:
        """One's own name."""
        return self._styled(name, "1")

    def alert(self, text: str) -> str:
        """What went wrong."""
        return self._coloured(text, 0, (ALERT_COLOUR,), (OLD_ALERT_COLOUR,))

    def dim(self, text: str) -> str:
        """What is there beside the text: times, marks, rules."""
        return self._styled(text, "2")

    def bold(self, text: str) -> str:
        """What counts."""
        return self._styled(text, "1")

    def highlight(self, text: str) -> str:
        """One's own name in somebody's message."""
        return self._styled(text, "7")

    def _coloured(self, text: str, number: int, many: tuple[int, ...], few: tuple[int, ...]) -> str:
        if self.colours >= 256:
            return self._styled(text, f"1;38;5;{many[number % len(many)]}")
        if self.colours >= 8:
            return self._styled(text, f"1;3{few[number % len(few)]}")
        return self._styled(text, "1")

    def _styled(self, text: str, codes: str) -> str:
        return f"\x1b[{codes}m{text}\x1b[0m" if self.styles else text


def choose_palette(setting: str, environment: dict[str, str], *, terminal: bool) -> Palette:
    """What fits the terminal and the person; `setting` is auto, always or never."""
    term = environment.get("TERM", "")
    if setting != "always" and (not terminal or is_dumb(environment)):
        return Palette()
    if setting == "never" or (setting == "auto" and environment.get("NO_COLOR")):
        return Palette(styles=True)
    many = environment.get("COLORTERM") or any(word in term for word in MANY_COLOURS)
    return Palette(colours=256 if many else 8, styles=True)


def is_dumb(environment: dict[str, str]) -> bool:
    """Whether the terminal only types one line after the other, as that of Emacs does."""
    return environment.get("TERM", "").lower() in ("", "dumb", "unknown")
