"""What happens to the tables of rooms, run inside transactions of the store's writer like the Journal's methods.

The registry says who is in a room, and is believed for open ones. Into a closed one nobody is let but its
owner and the guests of the newest list that its owner signed. The keys on that list are those by which
the owner knows the guests: whoever was not met yet is met by that key, and no other.
"""

from collections.abc import Iterable, Sequence

import msgspec

from chat.core.events import Event, RoomNews, Warn
from chat.net.certificates import Identity, is_signed
from chat.wire.messages import Body
from chat.wire.rooms import RoomMember, RoomState, guest_statement
from db.connection import Connection
from db.rooms import (
    ASKED,
    JOINED,
    LEFT,
    MemberRow,
    RoomRow,
    all_rooms,
    find_room,
    has_invited_key,
    is_listed,
    is_present,
    members_of,
    put_member,
    put_room,
    remove_member,
    replace_members,
    set_present,
)
from db.users import find_user, know, update_user


def place_lines(tx: Connection, name: str, own_name: str, bodies: Sequence[Body]) -> list[Body]:
    """What `name` wrote, each line in its room; in none, as written to us alone, where it has no place there."""
    rooms = {body.room for body in bodies if body.room}
    welcome = {room for room in rooms if _may_speak(tx, room, name)}
    return [
        msgspec.structs.replace(body, room="", to=(own_name,)) if body.room and body.room not in welcome else body
        for body in bodies
    ]


def _may_speak(tx: Connection, room: str, name: str) -> bool:
    """Whether we are in that room, and if it is closed, `name` is its owner or invited.

    Into an open one anybody may come, and may be here before the word of it.
    """
    row = find_room(tx, room)
    return row is not None and row.state != LEFT and (not row.closed or has_invited_key(tx, room, name))


def note_asked(tx: Connection, room: str) -> RoomRow | None:
    """We are about to come in: what is said there may be here before the answer. What was known of it before."""
    row = find_room(tx, room)
    if row is None or row.state != JOINED:
        put_room(tx, row._replace(state=ASKED) if row else RoomRow(room, ASKED))
    return row


def note_left(tx: Connection, room: str) -> None:
    """We are not in it any more. Its key and serial are kept, in case we come back."""
    row = find_room(tx, room)
    if row is not None:
        put_room(tx, row._replace(state=LEFT))
        replace_members(tx, room, [])


def note_rooms(tx: Connection, own_name: str, rooms: Iterable[str]) -> list[Event]:
    """The registry named the rooms that we are in: those are all."""
    gone = [row.name for row in all_rooms(tx) if row.state != LEFT and row.name not in rooms]
    for room in gone:
        note_left(tx, room)
    return [RoomNews(room=room, change="left", name=own_name) for room in gone]


def note_member(tx: Connection, own_name: str, push: RoomMember) -> list[Event]:
    """Somebody came into a room, or is no longer in it."""
    row = find_room(tx, push.room)
    if row is None or row.state != JOINED:
        return []
    if push.name == own_name:
        return _note_own(tx, push)
    if row.closed and push.present and not is_listed(tx, push.room, push.name):
        return [_uninvited(row, push.name)]
    was = is_present(tx, push.room, push.name)
    if row.closed:
        set_present(tx, push.room, push.name, push.present)
    elif push.present:
        know(tx, [push.name])
        put_member(tx, MemberRow(push.room, push.name, 1))
    else:
        remove_member(tx, push.room, push.name)
    return [] if was == push.present else [RoomNews(room=push.room, change=_change_of(push), name=push.name)]


def _note_own(tx: Connection, push: RoomMember) -> list[Event]:
    if push.present:
        return []
    note_left(tx, push.room)
    return [RoomNews(room=push.room, change=_change_of(push), name=push.name)]


def _change_of(push: RoomMember) -> str:
    if push.present:
        return "joined"
    return "kicked" if push.kicked else "left"


def note_state(tx: Connection, own: Identity, state: RoomState) -> list[Event]:
    """All of a room that we are in, as the registry has it. What cannot be believed changes nothing but is told."""
    row = find_room(tx, state.room) or RoomRow(state.room, LEFT)
    doubt = _doubt(tx, own, row, state)
    if doubt:
        if row.state != JOINED:
            note_left(tx, state.room)
        return [Warn(message=doubt, name=state.room)]
    before = {member.name for member in members_of(tx, state.room) if member.present}
    now = RoomRow(
        state.room,
        JOINED,
        state.room_id,
        state.owner,
        state.owner_key,
        int(state.closed),
        state.topic,
        state.serial,
    )
    members = _members(state)
    put_room(tx, now)
    replace_members(tx, state.room, members)
    _meet(tx, own.name, members)
    present = {member.name for member in members if member.present}
    kept_out = [_uninvited(now, name) for name in sorted({*state.members} - present)]
    kept_out += [_changed(now, name) for name in sorted(present - before - {own.name}) if _has_other_key(tx, now, name)]
    if row.state != JOINED:
        if row.closed and row.room_id != now.room_id:
            kept_out.append(Warn(message=f"This is another {now.name} than the one you were in.", name=now.name))
        return [RoomNews(room=state.room, change="joined", name=own.name), *kept_out]
    return [*_differences(row, now, before, present), *kept_out]


def _members(state: RoomState) -> list[MemberRow]:
    """Who is in a room; of a closed one only those who may be, and who else may."""
    there = set(state.members)
    if not state.closed:
        return [MemberRow(state.room, name, 1) for name in sorted(there)]
    keys = {guest.name: guest.public_key for guest in state.guests} | {state.owner: state.owner_key}
    return [MemberRow(state.room, name, int(name in there), key) for name, key in sorted(keys.items())]


def _meet(tx: Connection, own_name: str, members: Sequence[MemberRow]) -> None:
    """Have a row for each; whose key is not known yet, but to the owner of a closed room, is met by that."""
    others = [member for member in members if member.name != own_name]
    if others:
        know(tx, [member.name for member in others])
    for member in others:
        if member.public_key:
            user = find_user(tx, member.name)
            if user is not None and not user.public_key:
                update_user(tx, member.name, public_key=member.public_key)


def _doubt(tx: Connection, own: Identity, row: RoomRow, state: RoomState) -> str:
    """Why that cannot be believed; empty if it can."""
    room = state.room
    is_same = (row.room_id, row.owner_key, row.closed) == (state.room_id, state.owner_key, int(state.closed))
    if row.state != ASKED and not is_same and (row.closed or (state.closed and row.state == JOINED)):
        return (
            f"The registry shows another {room} than the one you know. Nothing goes there; "
            "leave it and join it anew if that is right."
        )
    if not state.closed:
        return ""
    if is_same and state.serial < row.serial:
        return f"The registry shows an older list of who may be in {room}. It is left as it was."
    statement = guest_statement(room, state.room_id, state.serial, state.guests)
    if (state.serial or state.guests) and not is_signed(statement, state.signature, state.owner_key):
        return f"Who may be in {room} is not signed by {state.owner}: the registry is not to be trusted in this."
    if not is_same and _known_key(tx, own, state.owner) not in (b"", state.owner_key):
        return f"{room} was made with another key of {state.owner} than you know: its owner must make another room."
    return ""


def _known_key(tx: Connection, own: Identity, name: str) -> bytes:
    if name == own.name:
        return own.public_key
    user = find_user(tx, name)
    return user.public_key if user else b""


def _differences(old: RoomRow, new: RoomRow, before: set[str], present: set[str]) -> list[Event]:
    """What changed while we were in it."""
    news: list[Event] = [RoomNews(room=new.name, change="joined", name=name) for name in sorted(present - before)]
    news += [RoomNews(room=new.name, change="left", name=name) for name in sorted(before - present)]
    if old.owner != new.owner:
        news.append(RoomNews(room=new.name, change="owner", name=new.owner))
    if old.topic != new.topic:
        news.append(RoomNews(room=new.name, change="topic", name=new.owner, text=new.topic))
    return news


def _has_other_key(tx: Connection, row: RoomRow, name: str) -> bool:
    return bool(row.closed) and not has_invited_key(tx, row.name, name)


def _changed(row: RoomRow, name: str) -> Warn:
    return Warn(
        message=f"{name} has another key than {row.owner} invited into {row.name}: what you write there does not go to "
        f"{name} until {row.owner} invites {name} anew.",
        name=row.name,
    )


def _uninvited(row: RoomRow, name: str) -> Warn:
    return Warn(
        message=f"The registry shows {name} in {row.name}, whom {row.owner} did not invite: nothing goes to {name}.",
        name=row.name,
    )
