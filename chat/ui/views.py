"""Events as text. All that peers wrote goes through `inert` here, and nowhere else does it reach the screen."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tabulate import tabulate

from chat.core import events
from chat.inert import inert
from chat.net.certificates import group
from chat.ui.excerpt import excerpt


def render(shown: Sequence[events.Event], own_name: str) -> str:
    """What a person reads for events of one kind; empty for those that need no words."""
    match shown:
        case [events.Contact(), *_]:
            return _contacts(shown)
        case [events.Findable(), *_]:
            return "  ".join(event.name for event in shown if isinstance(event, events.Findable))
        case [events.Status(), _, *_]:
            rows = [(e.name, e.value, e.source) for e in shown if isinstance(e, events.Status)]
            return _table(rows, ("setting", "value", "from"))
        case [events.Help(), _, *_]:
            explained = [(e.usage, e.help.partition(".")[0]) for e in shown if isinstance(e, events.Help)]
            return _table(explained, ("command", "what it does"))
        case _:
            return "\n".join(filter(None, (_one(event, own_name) for event in shown)))


def _one(event: events.Event, own_name: str) -> str:
    match event:
        case events.Ready():
            where = "hidden: nobody finds you" if event.hidden else f"peers reach you at {event.listen}"
            return f"You are {event.name}; {where}. /help lists the commands."
        case events.Incoming():
            return _said(event.time, event.sender, event.to, event.text, own_name)
        case events.Line():
            return _hit(event) if isinstance(event, events.Hit) else _line(event, own_name)
        case events.Delivered():
            return f"      sent to {event.to}"
        case events.Queued():
            return f"      stored, pending for {', '.join(event.to)}"
        case events.Transfer():
            return _transfer(event)
        case events.PresenceChanged():
            return f"  --  {event.name} is {'here' if event.online else 'gone'}"
        case events.KeyChanged() | events.Warn() | events.Failure():
            mark = {events.KeyChanged: "!!!", events.Warn: " ! "}.get(type(event), "error:")
            return f" {mark} {inert(event.message)}"
        case events.Verification():
            return (
                f"Safety number of you and {event.name}:\n{event.safety_number}\n"
                f"Compare it with what /verify {own_name} shows there."
            )
        case events.Status():
            return f"  --  {event.name}: {event.value}"
        case events.Sample():
            return f"  -  {inert(event.before)}\n  +  {inert(event.after)}"
        case events.Help():
            return f"{event.usage}\n    {event.help}"
        case _:
            return ""


def _said(time: str, sender: str, to: Sequence[str], text: str, own_name: str, *, utc: bool = False) -> str:
    others = [name for name in to if name != own_name or sender == own_name]
    direction = f"{sender} → {', '.join(others)}" if others and (sender == own_name or len(to) > 1) else sender
    first, *more = inert(text, lines=True).split("\n")
    indent = "\n" + " " * 6
    return f"{_clock(time, utc=utc)} {direction}: {first}" + "".join(indent + line for line in more)


def _line(line: events.Line, own_name: str) -> str:
    said = _said(line.time, line.sender, line.to, line.text, own_name, utc=line.utc)
    return said if line.status == "received" else f"{said}  [{_delivery(line)}]"


def _hit(hit: events.Hit) -> str:
    """In its line: who wrote it, and what stands round the first mark."""
    direction = f"{hit.sender} → {', '.join(hit.to)}"
    return f"#{hit.number} {_clock(hit.time, utc=hit.utc)} {direction}: {excerpt(hit.text, hit.marks)}"


def _delivery(line: events.Line) -> str:
    if not line.states:
        return line.status
    sent = sum(status == "sent" for status in line.states.values())
    return f"sent {sent}/{len(line.states)}"


def _transfer(event: events.Transfer) -> str:
    arrow = "to" if event.direction == "out" else "from"
    what = f"{inert(event.file)} {arrow} {event.name} (number {event.number}, {_size(event.total)})"
    if event.state == "done":
        return f"  --  {what} is complete" + (f": {inert(event.path)}" if event.path else "")
    if event.state == "running":
        return f"  --  {what}: {100 * event.bytes // max(event.total, 1)} %, {_size(event.rate)}/s"
    return f"  --  {what}: {event.state}" + (f", {inert(event.reason)}" if event.reason else "")


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"


def _clock(time: str, *, utc: bool = False) -> str:
    try:
        moment = datetime.fromisoformat(time)
        if utc:
            return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        moment = moment.astimezone()
    except ValueError:
        return inert(time)
    today = datetime.now().astimezone().date()
    return moment.strftime("%H:%M" if moment.date() == today else "%Y-%m-%d %H:%M")


def _contacts(shown: Sequence[events.Event]) -> str:
    rows = [
        (
            event.name,
            "online" if event.online else "offline",
            event.unread or "",
            " ".join(word for word in ("blocked", "muted", "verified") if getattr(event, word)),
            group(event.fingerprint[:16]),
        )
        for event in shown
        if isinstance(event, events.Contact)
    ]
    return _table(rows, ("name", "", "unread", "", "key"))


def _table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    return tabulate(rows, headers, tablefmt="simple", disable_numparse=True, preserve_whitespace=True)
