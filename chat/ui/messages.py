"""Messages as text: who said what to whom and when, how far it got, where a day and where the unread begins.

Pure. What a peer wrote goes through `inert` here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from chat.core.events import Line
from chat.core.unread import Conversation, conversation_of
from chat.inert import inert
from chat.ui.filed import filed
from chat.ui.palette import Palette
from chat.ui.spoken import spoken
from chat.ui.wrapping import INDENT
from chat.wire.names import is_room
from db.messages import PENDING, SENT, TEXT
from db.transcripts import VOICE

MAX_NAMES = 8
CUT_CHARS = 2000
CUT_LINES = 25
QUOTE_CHARS = 40

Names = Sequence[str]


@dataclass(frozen=True)
class Look:
    """How things are to look. `live`: in a terminal that scrolls, where a day has a line of its own."""

    own_name: str
    palette: Palette = Palette()  # noqa: RUF009 - a frozen value
    timestamps: str = "%H:%M"
    live: bool = False
    cut: bool = False  # long texts are cut short


def said(
    look: Look, *, time: str, sender: str, to: Names, text: str, kind: str = "text", mark: str = "", utc: bool = False
) -> str:
    """One message, `time` in ISO 8601; further lines of its text are indented. The text of a file is its name."""
    if kind != "text":
        text = f"[{kind}] {text}"
    first, *more = _text(look, text, own=sender == look.own_name).split("\n")
    when = clock(look, time, utc=utc)
    line = f"{look.palette.dim(when)} " if when else ""
    line += "\n".join([f"{direction(look, sender, to)}: {first}", *(INDENT + text for text in more)])
    return f"{line}  {look.palette.dim(mark)}" if mark else line


def mark_of(look: Look, states: Mapping[str, str] | Sequence[str]) -> str:
    """How far a message got: ✓ or [sent], [pending], [sent 2/3], or what became of a file. `states` by recipient."""
    statuses = list(states.values()) if isinstance(states, Mapping) else list(states)
    sent = sum(status == SENT for status in statuses)
    if sent == len(statuses):
        return "✓" if look.live else "[sent]"
    if sent:
        return f"[sent {sent}/{len(statuses)}]"
    return f"[{PENDING}]" if PENDING in statuses else f"[{min(statuses)}]"


def history(look: Look, lines: Sequence[Line], unread: Mapping[Conversation, int], after: date | None) -> Iterator[str]:
    """Lines of the history. `unread` counts by conversation; `after` is the day that the screen is at."""
    begins = first_unread(look.own_name, lines, unread)
    for number, line in enumerate(lines):
        day = day_of(line.time)
        if look.live and day is not None and day != after:
            after = day
            yield rule(look, day_name(day))
        if number == begins:
            yield rule(look, f"{sum(unread.values())} unread")
        mark = "" if line.status == "received" else mark_of(look, line.states or [line.status])
        message = {"sender": line.sender, "text": line.text, "kind": line.kind, "time": line.time}
        text = said(look, to=line.to, mark=mark, utc=line.utc, **message)
        below = _below(look, line)
        yield f"{text}\n{INDENT}{below}" if below else text


def _below(look: Look, line: Line) -> str:
    """What is said in a voice message, or where another file lies."""
    if line.kind == VOICE:
        return _words(line)
    return "" if line.kind == TEXT else look.palette.dim(filed(line.number, line.size, line.path))


def _words(line: Line) -> str:
    """What is said in a voice message."""
    return spoken(
        line.number, text=line.transcript, seconds=line.seconds, confidence=line.confidence, error=line.no_transcript
    )


def first_unread(own_name: str, lines: Sequence[Line], unread: Mapping[Conversation, int]) -> int | None:
    """Which of the lines is the first that is unread: the newest ones of each conversation are."""
    left = dict(unread)
    first = None
    for number in reversed(range(len(lines))):
        line = lines[number]
        conversation = conversation_of(own_name, line.sender, line.to)
        if line.status == "received" and left.get(conversation, 0) > 0:
            left[conversation] -= 1
            first = number
    return first


def clock(look: Look, time: str, *, utc: bool = False) -> str:
    """A time of ISO 8601 as a local one, with its day if nothing else says that; or in UTC."""
    moment = _local(time)
    if moment is None:
        return inert(time)
    if utc:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    shown = inert(moment.strftime(look.timestamps))
    today = datetime.now().astimezone().date()
    return shown if look.live or moment.date() == today else f"{moment:%Y-%m-%d} {shown}".rstrip()


def day_of(time: str) -> date | None:
    """The local day of a time of ISO 8601."""
    moment = _local(time)
    return moment.date() if moment else None


def day_name(day: date) -> str:
    """As in Saturday, 31 January 2026."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def rule(look: Look, text: str) -> str:
    """A line across."""
    return look.palette.dim(f"── {text} ──")


def names(look: Look, people: Names) -> str:
    """People, oneself as 'you', in their colours; very many are counted."""
    shown = ["you" if name == look.own_name else look.palette.name(inert(name)) for name in people[:MAX_NAMES]]
    more = len(people) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def first_line(text: str) -> str:
    """How a text begins, inert."""
    return inert(text.strip().split("\n")[0])


def sent_later(count: int, begins: str) -> str:
    """What of so many messages is said when they got through after all; `begins`: the first of them."""
    quote = begins if len(begins) <= QUOTE_CHARS else begins[: QUOTE_CHARS - 1] + "…"
    if count == 1:
        return quote or "a message"
    return f"{count} messages" + (f", the first: {quote}" if quote else "")


def mentions(text: str, name: str) -> bool:
    """Whether `name` stands in a text, as a word."""
    return bool(_word(name).search(text))


def direction(look: Look, sender: str, to: Names) -> str:
    """Who wrote, and to whom or in which room if that is not you alone."""
    if sender == look.own_name:
        return f"{look.palette.own_name(sender)} → {names(look, to)}"
    shown = look.palette.name(inert(sender))
    return (
        f"{shown} → {names(look, sorted(to, key=lambda name: name != look.own_name))}"
        if len(to) > 1 or is_room(to[0])
        else shown
    )


def _text(look: Look, text: str, *, own: bool) -> str:
    rest = ""
    if look.cut and (len(text) > CUT_CHARS or text.count("\n") >= CUT_LINES):
        shown = "\n".join(text[:CUT_CHARS].split("\n")[:CUT_LINES])
        rest = f"\n{look.palette.dim(f'… {len(text) - len(shown):,} more characters: PgUp shows all')}"
        text = shown
    text = inert(text, lines=True)
    if not own and mentions(text, look.own_name):
        text = _word(look.own_name).sub(lambda found: look.palette.highlight(found.group()), text)
    return text + rest


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", re.IGNORECASE)


def _local(time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(time).astimezone()
    except (ValueError, OverflowError):
        return None
