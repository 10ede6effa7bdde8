"""Rooms: coming in, leaving, who is there, and what their owners may do."""

from chat.core.events import Event, RoomListed, RoomMember
from chat.errors import UserError
from chat.ui.shell import Shell, first_word, names_and_rest
from chat.ui.table import command
from chat.wire.names import fold_room, is_room


@command("/join ROOM [-invite]")
def join(shell: Shell, arguments: str) -> None:
    """Come into a room, which is made if it is not there; with -invite it is made for those whom you invite.

    Plain lines go there from now on, straight to everyone in it. Who is in a room sees who else is.
    """
    room, *options = arguments.split()
    if options not in ([], ["-invite"]):
        raise UserError("Write /join ROOM, or /join ROOM -invite for a room by invitation only.")
    room = fold_room(room)
    shell.node.rooms.join(room, closed=bool(options))
    shell.talk_to((room,))
    _show_room(shell, room)
    _show_members(shell, room)


@command("/part [ROOM]")
def part(shell: Shell, arguments: str) -> None:
    """Leave a room, or the one that you are talking to. What was said there stays in your history.

    If it was yours, it is then that of who is in it longest; a closed one stays yours, and waits for you.
    When the last one leaves, the room is gone.
    """
    room = _room(shell, arguments)
    shell.node.rooms.part(room)
    if shell.talking_to == (room,):
        shell.talk_to(())


@command("/names [ROOM]")
def names(shell: Shell, arguments: str) -> None:
    """List who is in a room, as last heard of, and of a closed one who is invited."""
    room = _room(shell, arguments)
    _show_members(shell, room)


@command("/rooms")
def rooms(shell: Shell, arguments: str) -> None:
    """List the rooms that are open, and those that you are in."""
    listed = shell.node.rooms.listed()
    mine = shell.node.rooms.joined()
    shell.show(
        [
            RoomListed(
                room=room.name,
                members=room.members,
                closed=room.closed,
                joined=room.name in mine,
                topic=room.topic,
            )
            for room in listed.rooms
        ]
    )
    if listed.more:
        raise UserError("There are more rooms than these.")


@command("/invite NAME[,NAME…] [ROOM]")
def invite(shell: Shell, arguments: str) -> None:
    """Invite people into a room, or the one that you are talking to: a message tells them.

    Into a closed room only its owner may let people.
    """
    invited, rest = names_and_rest(arguments)
    room = _room(shell, rest)
    shell.node.rooms.invite(room, invited)
    shell.send(invited, f"I invite you to {room}: /join {room}")
    shell.settle()


@command("/kick NAME[,NAME…] [ROOM]")
def kick(shell: Shell, arguments: str) -> None:
    """Put people out of your room. Into an open one they may come again, into a closed one if you invite them."""
    names, rest = names_and_rest(arguments)
    room = _room(shell, rest)
    for name in names:
        shell.node.rooms.kick(room, name)


@command("/topic [ROOM] [TEXT]")
def topic(shell: Shell, arguments: str) -> None:
    """Say what your room is about; without a text, show what a room is about."""
    first, rest = first_word(arguments)
    room, text = (fold_room(first), rest) if is_room(first) else (_room(shell, ""), arguments)
    if text:
        shell.node.rooms.set_topic(room, text)
        return
    _show_room(shell, room)


def _show_room(shell: Shell, room: str) -> None:
    row = shell.node.rooms.get(room)
    members = sum(member.present for member in shell.node.rooms.members(room))
    shell.show([RoomListed(room=room, members=members, closed=bool(row.closed), joined=True, topic=row.topic)])


def _show_members(shell: Shell, room: str) -> None:
    node = shell.node
    owner = node.rooms.get(room).owner
    members = node.rooms.members(room)
    node.people.watch((member.name for member in members if member.present and member.name != shell.name), wait=True)
    shown: list[Event] = [
        RoomMember(
            room=room,
            name=member.name,
            online=member.name == shell.name or node.is_online(member.name),
            owner=member.name == owner,
            present=bool(member.present),
        )
        for member in members
    ]
    shell.show(shown)


def _room(shell: Shell, named: str) -> str:
    """The room that is named, or else the one that one is talking to."""
    if named:
        return fold_room(named)
    if shell.talking_to and is_room(shell.talking_to[0]):
        return shell.talking_to[0]
    raise UserError("Say which room, as in #tea, or /query it first.")
