"""Events as text. All that peers wrote goes through `inert` here or in messages before it reaches the screen."""

from collections.abc import Sequence

from tabulate import tabulate

from chat.core import events
from chat.core.node import ANY_ADDRESS
from chat.inert import inert
from chat.net.certificates import group
from chat.ui.excerpt import excerpt
from chat.ui.filed import filed, size
from chat.ui.messages import Look, clock, direction, history, said
from chat.ui.room_views import room_news, rooms_shown
from chat.ui.spoken import duration, spoken
from chat.ui.wrapping import listing, wrapped
from db.messages import TEXT
from db.transcripts import VOICE


def render(shown: Sequence[events.Event], look: Look, columns: int = 0) -> str:
    """What a person reads for events of one kind, on so many columns; empty for those that need no words."""
    match shown:
        case [events.Contact(), *_]:
            return _contacts(shown, look)
        case [events.Findable(), *_]:
            return "  ".join(
                look.palette.name(inert(event.name)) for event in shown if isinstance(event, events.Findable)
            )
        case [events.RoomListed(), *_] | [events.RoomMember(), *_]:
            return rooms_shown(shown, look)
        case [events.Status(), _, *_]:
            return listing([_fact(event, look) for event in shown if isinstance(event, events.Status)], columns)
        case [events.Help(), _, *_]:
            return listing([_summary(event) for event in shown if isinstance(event, events.Help)], columns)
        case [events.Help() as event]:
            return _help(event, look, columns)
        case _:
            return "\n".join(filter(None, (_one(event, look) for event in shown)))


def _one(event: events.Event, look: Look) -> str:
    palette = look.palette
    match event:
        case events.Ready():
            return f"You are {palette.own_name(event.name)}; {_reached(event)}. /help lists the commands."
        case events.Incoming():
            return said(look, time=event.time, sender=event.sender, to=event.to, text=event.text, kind=event.kind)
        case events.Hit():
            return _hit(event, look)
        case events.Line():
            return "\n".join(history(look, [event], {}, None))
        case events.Delivered():
            return f"      sent to {event.to}"
        case events.Queued():
            whom = f"{len(event.to)} people in {event.room}" if event.room else ", ".join(event.to)
            return f"      stored, pending for {whom}"
        case events.Transfer():
            return transfer(event, look)
        case events.RoomNews():
            return room_news(event, look)
        case events.PresenceChanged():
            return f"  --  {palette.name(inert(event.name))} is {'here' if event.online else 'gone'}"
        case _:
            return _answer(event, look)


def _answer(event: events.Event, look: Look) -> str:
    palette = look.palette
    match event:
        case events.KeyChanged():
            return palette.alert(f" !!! {inert(event.message)}")
        case events.Warn():
            return f" {palette.bold(' ! ')} {inert(event.message)}"
        case events.Failure():
            return f" {palette.alert('error:')} {inert(event.message)}"
        case events.Verification():
            return (
                f"Safety number of you and {event.name}:\n{event.safety_number}\n"
                f"Compare it with what /verify {look.own_name} shows there."
            )
        case events.Status():
            return f"  --  {inert(event.name)}: {inert(event.value)}"
        case events.Sample():
            return f"  -  {inert(event.before)}\n  +  {inert(event.after)}"
        case _:
            return _voice(event, look)


def _voice(event: events.Event, look: Look) -> str:
    match event:
        case events.Transcript():
            return f"  --  {look.palette.name(inert(event.sender))}, {_spoken(event)}"
        case events.Transcribing():
            whole = f" of {duration(event.total)}" if event.total else ""
            return f"  --  #{event.number}: {duration(event.done)}{whole} written down"
        case _:
            return ""


def _reached(event: events.Ready) -> str:
    if event.hidden:
        return "hidden: nobody finds you"
    host, _, port = event.listen.rpartition(":")
    if host.strip("[]") in ANY_ADDRESS:
        return f"peers reach you on port {port} of this machine"
    return f"peers reach you at {event.listen}"


def _fact(event: events.Status, look: Look) -> tuple[str, str]:
    return inert(event.name), f"{inert(event.value)}  {look.palette.dim(f'({inert(event.source)})')}".lstrip()


def _summary(event: events.Help) -> tuple[str, str]:
    """Its name, or its key, and the first sentence."""
    return event.usage if event.command == "keys" else f"/{event.command}", event.help.partition(".")[0]


def _help(event: events.Help, look: Look, columns: int) -> str:
    parts = [look.palette.bold(event.usage), wrapped(f"  {event.help}", columns, "  ")]
    if event.arguments:
        parts.append(listing([(f"  {word}", what) for word, what in event.arguments.items()], columns))
    return "\n".join(parts)


def _spoken(event: events.Transcript) -> str:
    return spoken(
        event.number,
        text=event.text,
        seconds=event.seconds,
        confidence=event.confidence,
        error=event.error,
        whole=event.asked,
    )


def _hit(hit: events.Hit, look: Look) -> str:
    """In its line: who wrote it, and what stands round the first mark."""
    when = clock(look, hit.time, utc=hit.utc)
    line = f"#{hit.number} {when} {direction(look, hit.sender, hit.to)}: {excerpt(hit.text, hit.marks)}"
    return line if hit.kind in (TEXT, VOICE) else f"{line}  {look.palette.dim(filed(hit.number, hit.size, hit.path))}"


def transfer(event: events.Transfer, look: Look) -> str:
    """How a file stands."""
    arrow = "to" if event.direction == "out" else "from"
    name = look.palette.name(inert(event.name))
    kind = f", {inert(event.type)}" if event.type.startswith("image/") else ""
    what = f"{inert(event.file)} {arrow} {name} (number {event.number}, {size(event.total)}{kind})"
    if event.state == "done":
        return f"  --  {what} is complete" + (f": {inert(event.path)}" if event.path else "")
    if event.state == "running":
        return f"  --  {what}: {100 * event.bytes // max(event.total, 1)} %, {size(event.rate)}/s"
    return f"  --  {what}: {event.state}" + (f", {inert(event.reason)}" if event.reason else "")


def _contacts(shown: Sequence[events.Event], look: Look) -> str:
    rows = [
        (
            look.palette.name(inert(event.name)),
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
