"""What a client and the registry say about rooms. docs/protocol.md is the catalogue.

The registry keeps who is in a room; what is said there goes from member to member. Who may come into a
closed room is a list that its owner signs, each time with a higher serial: the registry can neither put
somebody on it nor, to those who saw a newer one, go back to an older one. A guest is a name and a key.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from chat.wire.codec import Id16, PublicKey, RoomName, UInt, WireName

MAX_MEMBERS = 256
MAX_ROOMS = 32  # that one person may be in: of all of them the states fit into what waits for a slow reader
MAX_TOPIC_CHARS = 200
ROOMS_LIMIT = 500

Topic = Annotated[str, msgspec.Meta(max_length=MAX_TOPIC_CHARS)]
Signature = Annotated[bytes, msgspec.Meta(max_length=64)]


class Guest(msgspec.Struct, frozen=True, array_like=True):
    """Somebody who may come into a closed room, with the key by which the owner knows that person."""

    name: WireName
    public_key: PublicKey


Guests = Annotated[tuple[Guest, ...], msgspec.Meta(max_length=MAX_MEMBERS)]


class RoomSummary(msgspec.Struct, frozen=True, array_like=True):
    """A room as a list of rooms has it."""

    name: RoomName
    members: UInt
    closed: bool
    topic: Topic


class Join(msgspec.Struct, frozen=True, array_like=True, tag=16):
    """Let me in. A room that is not there yet is made, with this id and mine, `closed`: by invitation only."""

    request: UInt
    room: RoomName
    room_id: Id16
    closed: bool


class Part(msgspec.Struct, frozen=True, array_like=True, tag=17):
    """I leave that room."""

    request: UInt
    room: RoomName


class Invite(msgspec.Struct, frozen=True, array_like=True, tag=18):
    """From the owner of a closed room: all who may be in it from now on; signed (guest_statement)."""

    request: UInt
    room: RoomName
    serial: UInt
    guests: Guests
    signature: Signature


class Kick(msgspec.Struct, frozen=True, array_like=True, tag=19):
    """From the owner of an open room: out with that person."""

    request: UInt
    room: RoomName
    name: WireName


class SetTopic(msgspec.Struct, frozen=True, array_like=True, tag=20):
    """From the owner: what the room is about."""

    request: UInt
    room: RoomName
    topic: Topic


class ListRooms(msgspec.Struct, frozen=True, array_like=True, tag=21):
    """Which rooms are there, that are open or that I am in?"""

    request: UInt


class Rooms(msgspec.Struct, frozen=True, array_like=True, tag=44):
    """The first ROOMS_LIMIT of them by name; `more`: there are others."""

    request: UInt
    rooms: Annotated[tuple[RoomSummary, ...], msgspec.Meta(max_length=ROOMS_LIMIT)]
    more: bool


class MyRooms(msgspec.Struct, frozen=True, array_like=True, tag=22):
    """After sign-in: tell me all of the rooms that I am in. YourRooms and RoomStates come before the answer."""

    request: UInt


class YourRooms(msgspec.Struct, frozen=True, array_like=True, tag=45):
    """The rooms that you are in; a RoomState of each follows."""

    rooms: Annotated[tuple[RoomName, ...], msgspec.Meta(max_length=MAX_ROOMS)]


class RoomState(msgspec.Struct, frozen=True, array_like=True, tag=46):
    """All of one room, to its members: after Join and MyRooms, and when more has changed than who is there.

    `owner_key` signs the guests of a closed room; serial 0: nobody was invited yet, and nothing is signed.
    """

    room: RoomName
    room_id: Id16
    owner: WireName
    owner_key: PublicKey
    closed: bool
    topic: Topic
    serial: UInt
    guests: Guests
    signature: Signature
    members: Annotated[tuple[WireName, ...], msgspec.Meta(max_length=MAX_MEMBERS)]


class RoomMember(msgspec.Struct, frozen=True, array_like=True, tag=47):
    """Somebody came into a room or is no longer in it; to its members, and to the one who was put out."""

    room: RoomName
    name: WireName
    present: bool
    kicked: bool


RoomRequest = Join | Part | Invite | Kick | SetTopic | ListRooms | MyRooms
RoomPush = YourRooms | RoomState | RoomMember


def guest_statement(room: str, room_id: bytes, serial: int, guests: Sequence[Guest]) -> bytes:
    """What the owner of a closed room signs."""
    fields = [room, room_id.hex(), str(serial), *(f"{guest.name} {guest.public_key.hex()}" for guest in guests)]
    return b"p2pchat guests\0" + b"\0".join(field.encode() for field in fields)
