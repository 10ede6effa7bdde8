"""Rooms as text: which there are, who is in them, what became of them. Names and topics are inert."""

from collections.abc import Sequence

from tabulate import tabulate

from chat.core import events
from chat.inert import inert
from chat.ui.messages import Look


def rooms_shown(shown: Sequence[events.Event], look: Look) -> str:
    """A list of rooms as a table, or of who is in one in a few lines."""
    members = [event for event in shown if isinstance(event, events.RoomMember)]
    if members:
        return _members(members, look)
    rows = [
        (
            event.room,
            event.members,
            "by invitation" if event.closed else "open",
            "joined" if event.joined else "",
            inert(event.topic),
        )
        for event in shown
        if isinstance(event, events.RoomListed)
    ]
    headers = ("room", "members", "", "", "topic")
    return tabulate(rows, headers, tablefmt="simple", disable_numparse=True, preserve_whitespace=True)


def room_news(event: events.RoomNews, look: Look) -> str:
    """One line: what is other in a room than it was."""
    own = event.name == look.own_name
    name = "you" if own else look.palette.name(event.name)
    was = "were" if own else "was"
    said = {
        "joined": f"{name} joined {event.room}",
        "left": f"{name} left {event.room}",
        "kicked": f"{name} {was} put out of {event.room}",
        "owner": f"{event.room} is {'yours' if own else f'{name}’s'} now",
        "topic": f"{event.room} is about: {inert(event.text)}" if event.text else f"{event.room} has no topic now",
    }
    return f"  --  {said[event.change]}"


def _members(members: Sequence[events.RoomMember], look: Look) -> str:
    """Who can be reached, who cannot, who is invited; the owner has a star."""
    groups = (
        (f"in {members[0].room}", [one for one in members if one.present and one.online]),
        ("off", [one for one in members if one.present and not one.online]),
        ("invited", [one for one in members if not one.present]),
    )
    return "\n".join(
        f"  --  {what}: {' '.join(look.palette.name(one.name) + ('*' if one.owner else '') for one in some)}"
        for what, some in groups
        if some
    )
