"""The status bar: what fits of it, the most important first; and above it the files on their way. Pure.

    alice · → bob · 2:carol 3 4:dave,eve 1 · on: bob carol +2 · registry ok

It stays one line. What gives way first when there is no room: the quiet conversations, the names of who
is on, then unread conversations from the last; the people you talk to are cut short.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from prompt_toolkit.utils import get_cwidth

from chat.core.events import Transfer
from chat.inert import inert
from chat.ui.conversations import label
from chat.ui.filed import size
from chat.ui.spoken import duration

SEPARATOR = " · "
TO_COLUMNS = 24

PLAIN, STRONG, LOUD = "", "class:strong", "class:loud"
Fragment = tuple[str, str]

GAUGE_COLUMNS = 12
FILE_COLUMNS = 24


@dataclass(frozen=True)
class Tab:
    """A conversation in the bar."""

    number: int | None
    people: Sequence[str]
    unread: int

    @property
    def text(self) -> str:
        """As in 2:carol 3."""
        number = f"{self.number}:" if self.number else ""
        return number + label(self.people) + (f" {self.unread}" if self.unread else "")


@dataclass(frozen=True)
class Facts:
    """What there is to say. `online` are the contacts who are on; `running` is what a command is busy with."""

    own_name: str
    hidden: bool
    talking_to: Sequence[str]
    tabs: Sequence[Tab]
    online: Sequence[str]
    registry: bool
    running: str = ""


def status_bar(facts: Facts, columns: int) -> list[Fragment]:
    """Style and text of each piece, at most `columns` wide."""
    room = columns - 1
    head: list[list[Fragment]] = [[(STRONG, facts.own_name)] + ([(LOUD, " hidden")] if facts.hidden else [])]
    if not facts.registry:
        head.append([(LOUD, "no registry")])
    head.append([(PLAIN, "→ "), (STRONG, label(facts.talking_to, TO_COLUMNS) or "nobody")])
    if facts.running:
        head.append([(PLAIN, f"{facts.running} …")])
    room -= _width(head)
    waiting, room = _tabs([tab for tab in facts.tabs if tab.unread], room)
    on, room = _online(facts.online, room)
    ok: list[list[Fragment]] = []
    if facts.registry and room >= len(SEPARATOR) + len("registry ok"):
        ok, room = [[(PLAIN, "registry ok")]], room - len(SEPARATOR) - len("registry ok")
    quiet, _ = _tabs(
        [tab for tab in facts.tabs if not tab.unread and tab.people != tuple(sorted(facts.talking_to))], room
    )
    shown = head + waiting + quiet + on + ok
    return [(PLAIN, " "), *(piece for number, part in enumerate(shown) for piece in _joined(number, part))]


def progress(event: Transfer, columns: int) -> str:
    """A file on its way, in one line at most so wide: how much, how fast, how long still."""
    share = min(1.0, event.bytes / max(event.total, 1))
    full = int(share * GAUGE_COLUMNS)
    gauge = "█" * full + "░" * (GAUGE_COLUMNS - full)
    arrow = "↑" if event.direction == "out" else "↓"
    left = f"  {duration(event.seconds_left)} left" if event.seconds_left is not None else ""
    numbers = f"{gauge} {share:4.0%}  {size(event.rate)}/s{left}  /cancel {event.number}"
    return fit(f" {arrow} {fit(inert(event.file), FILE_COLUMNS)}  {event.name}  {numbers}", columns)


def fit(text: str, columns: int) -> str:
    """As much of a text as so many columns hold."""
    if get_cwidth(text) <= columns:
        return text
    text = text[:columns]
    while get_cwidth(text) >= columns:
        text = text[:-1]
    return f"{text}…"


def _joined(number: int, part: list[Fragment]) -> list[Fragment]:
    return [(PLAIN, SEPARATOR), *part] if number else part


def _tabs(tabs: Sequence[Tab], room: int) -> tuple[list[list[Fragment]], int]:
    """Those that fit, as one part, and the room left."""
    part: list[Fragment] = []
    for tab in tabs:
        width = len(tab.text) + (1 if part else len(SEPARATOR))
        if width > room:
            break
        part += [(PLAIN, " ")] if part else []
        part.append((STRONG if tab.unread else PLAIN, tab.text))
        room -= width
    return ([part] if part else []), room


def _online(names: Sequence[str], room: int) -> tuple[list[list[Fragment]], int]:
    """Who is on by name, as many as fit and the rest counted; or only how many."""
    for shown in range(min(len(names), 8), -1, -1):
        rest = len(names) - shown
        text = f"on: {' '.join(names[:shown])}{f' +{rest}' if rest else ''}" if shown else f"{len(names)} on"
        if len(text) + len(SEPARATOR) <= room:
            return [[(PLAIN, text)]], room - len(text) - len(SEPARATOR)
    return [], room


def _width(parts: Sequence[Sequence[Fragment]]) -> int:
    return sum(len(text) for part in parts for _, text in part) + len(SEPARATOR) * (len(parts) - 1)
