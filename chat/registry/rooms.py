"""Who is in which room: kept in the database, and told to the members as it changes.

One thread does all of it, one thing after the other, so that everybody is told in the order in which it
happened. What is said in a room never comes here.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chat.errors import UserError
from chat.net.certificates import is_signed
from chat.registry.directory import Directory
from chat.registry.log import Log
from chat.wire import registry as wire
from chat.wire import rooms as room_wire
from chat.wire.rooms import Guest, RoomMember, RoomPush, RoomState, RoomSummary, YourRooms, guest_statement
from db.accounts import Account, find_account, revocations_of
from db.connection import Connection, Database, transaction
from db.pool import Pool
from db.registry_rooms import (
    RoomRow,
    add_member,
    find_room,
    listed_rooms,
    members_of,
    put_room,
    remove_member,
    remove_room,
    rooms_of,
)

MAX_MEMBERS = 200

_guests = msgspec.msgpack.Decoder(tuple[Guest, ...])


@dataclass
class Change:
    """One request, the transaction it is done in, and what people are told once that is on the disk."""

    tx: Connection
    account: Account
    told: list[tuple[Sequence[str], RoomPush]] = field(default_factory=list)

    def tell(self, names: Sequence[str], push: RoomPush) -> None:
        """These hear of it."""
        self.told.append((names, push))


class Rooms:
    """The rooms in one database, whose tables are there. Any thread may call but the one for rooms."""

    def __init__(self, database: Database, directory: Directory, log: Log, *, max_members: int = MAX_MEMBERS) -> None:
        self._pool = Pool(database)
        self._directory = directory
        self._log = log
        self._max_members = min(max_members, room_wire.MAX_MEMBERS)
        self._desk = ThreadPoolExecutor(1, "rooms")

    def answer(self, account: Account, request: room_wire.RoomRequest) -> msgspec.Struct:
        """Do what the account's owner asks. What is pushed because of it lies in the mailboxes then.

        UserError if it cannot be done.
        """
        return self._desk.submit(self._do, account, request).result()

    def close(self) -> None:
        """Give thread and connections back."""
        self._desk.shutdown()
        self._pool.close()

    def _do(self, account: Account, request: room_wire.RoomRequest) -> msgspec.Struct:
        handler: Callable[[Rooms, Change, Any], msgspec.Struct] = _HANDLERS[type(request)]
        with self._pool.borrow() as connection:
            try:
                with transaction(connection) as tx:
                    change = Change(tx, account)
                    answer = handler(self, change, request)
            except UserError as error:
                return wire.Failed(request.request, str(error))
        for names, push in change.told:
            self._directory.tell(names, _key_of(push), push)
        return answer

    # What may be asked

    def _join(self, change: Change, request: room_wire.Join) -> wire.Done:
        account, room = change.account, request.room
        row = find_room(change.tx, room)
        members = members_of(change.tx, room)
        if row is None:
            row = RoomRow(
                room, request.room_id, account.name, account.public_key, int(request.closed), "", 0, b"\x90", b""
            )
            put_room(change.tx, row)
        elif request.closed and not (row.closed and row.owner == account.name):
            raise UserError(f"{room} is there already: choose another name, or /join {room} without -invite.")
        if account.name not in members:
            self._check_entry(change, row, members)
            add_member(change.tx, room, account.name)
            change.tell(members, RoomMember(room, account.name, present=True, kicked=False))
            self._log.event("joins", name=account.name, room=room)
        change.tell([account.name], _state(change.tx, row))
        return wire.Done(request.request)

    def _check_entry(self, change: Change, row: RoomRow, members: Sequence[str]) -> None:
        account = change.account
        if row.closed and account.name != row.owner:
            guests = {guest.name: guest.public_key for guest in _guests.decode(row.guests)}
            if account.name not in guests:
                raise UserError(f"{row.name} is by invitation only: ask {row.owner} for one.")
            if guests[account.name] != account.public_key:
                raise UserError(f"You have another key than when {row.owner} invited you: ask to be invited anew.")
        if len(members) >= self._max_members:
            raise UserError(f"{row.name} is full: it has {self._max_members} members, which is the most.")
        if len(rooms_of(change.tx, account.name)) >= room_wire.MAX_ROOMS:
            raise UserError(f"You are in {room_wire.MAX_ROOMS} rooms, which is the most: /part one first.")

    def _part(self, change: Change, request: room_wire.Part) -> wire.Done:
        row, members = _entered(change, request.room)
        name = change.account.name
        remove_member(change.tx, row.name, name)
        members.remove(name)
        change.tell(members, RoomMember(row.name, name, present=False, kicked=False))
        self._log.event("parts", name=name, room=row.name)
        if not members:
            remove_room(change.tx, row.name)
        elif row.owner == name and not row.closed:
            heir = find_account(change.tx, members[0])
            assert heir is not None, "accounts stay"
            self._change(change, row._replace(owner=heir.name, owner_key=heir.public_key), members)
        return wire.Done(request.request)

    def _invite(self, change: Change, request: room_wire.Invite) -> wire.Done:
        row, members = _owned(change, request.room)
        statement = guest_statement(row.name, row.room_id, request.serial, request.guests)
        if not row.closed:
            raise UserError(f"{row.name} is open: whoever wants may join.")
        if request.serial <= row.serial:
            raise UserError(f"The guests of {row.name} were changed meanwhile: try again.")
        if not is_signed(statement, request.signature, row.owner_key):
            raise UserError(f"That list of guests is not signed with the key that {row.name} was made with.")
        _check_keys(change.tx, request.guests)
        invited = {guest.name for guest in request.guests} | {row.owner}
        for name in [name for name in members if name not in invited]:
            self._put_out(change, row.name, name, members)
        guests = msgspec.msgpack.encode(request.guests)
        self._change(change, row._replace(serial=request.serial, guests=guests, signature=request.signature), members)
        return wire.Done(request.request)

    def _kick(self, change: Change, request: room_wire.Kick) -> wire.Done:
        row, members = _owned(change, request.room)
        if row.closed:
            raise UserError(f"{row.name} is by invitation: its list of guests says who may be there.")
        if request.name not in members or request.name == row.owner:
            raise UserError(f"{request.name} cannot be put out of {row.name}: /names lists who is there.")
        self._put_out(change, row.name, request.name, members)
        return wire.Done(request.request)

    def _put_out(self, change: Change, room: str, name: str, members: list[str]) -> None:
        change.tell(members[:], RoomMember(room, name, present=False, kicked=True))
        remove_member(change.tx, room, name)
        members.remove(name)
        self._log.event("is put out", name=name, room=room)

    def _set_topic(self, change: Change, request: room_wire.SetTopic) -> wire.Done:
        row, members = _owned(change, request.room)
        self._change(change, row._replace(topic=request.topic), members)
        return wire.Done(request.request)

    def _list(self, change: Change, request: room_wire.ListRooms) -> room_wire.Rooms:
        rows = listed_rooms(change.tx, change.account.name, room_wire.ROOMS_LIMIT + 1)
        rooms = tuple(RoomSummary(row.name, row.members, bool(row.closed), row.topic) for row in rows)
        return room_wire.Rooms(request.request, rooms[: room_wire.ROOMS_LIMIT], len(rooms) > room_wire.ROOMS_LIMIT)

    def _mine(self, change: Change, request: room_wire.MyRooms) -> wire.Done:
        name = change.account.name
        rooms = rooms_of(change.tx, name)
        change.tell([name], YourRooms(tuple(rooms)))
        for room in rooms:
            row = find_room(change.tx, room)
            if row is not None:
                change.tell([name], _state(change.tx, row))
        return wire.Done(request.request)

    def _change(self, change: Change, row: RoomRow, members: Sequence[str]) -> None:
        """Store a room that is another than before, and tell its members."""
        put_room(change.tx, row)
        change.tell(members, _state(change.tx, row))


def _entered(change: Change, room: str) -> tuple[RoomRow, list[str]]:
    """A room that the asker is in, and its members."""
    row = find_room(change.tx, room)
    members = members_of(change.tx, room)
    if row is None or change.account.name not in members:
        raise UserError(f"You are not in {room}.")
    return row, members


def _owned(change: Change, room: str) -> tuple[RoomRow, list[str]]:
    """A room that is the asker's, and its members."""
    row, members = _entered(change, room)
    if row.owner != change.account.name:
        raise UserError(f"Only {row.owner}, whose room {room} is, can do that.")
    return row, members


def _check_keys(tx: Connection, guests: Sequence[Guest]) -> None:
    """UserError for a key that is not and never was the guest's: members who never met the guest would trust it."""
    void = {(each.name, each.public_key) for each in revocations_of(tx, [guest.name for guest in guests])}
    for guest in guests:
        account = find_account(tx, guest.name)
        if account is None or (guest.public_key != account.public_key and (guest.name, guest.public_key) not in void):
            raise UserError(f"That is no key of {guest.name}: nobody was invited.")


def _state(tx: Connection, row: RoomRow) -> RoomState:
    return RoomState(
        room=row.name,
        room_id=row.room_id,
        owner=row.owner,
        owner_key=row.owner_key,
        closed=bool(row.closed),
        topic=row.topic,
        serial=row.serial,
        guests=_guests.decode(row.guests),
        signature=row.signature,
        members=tuple(members_of(tx, row.name)),
    )


def _key_of(push: RoomPush) -> object:
    """What a push takes the place of in a mailbox: an older one about the same."""
    match push:
        case YourRooms():
            return YourRooms
        case RoomState():
            return RoomState, push.room
        case RoomMember():
            return RoomMember, push.room, push.name


_HANDLERS: dict[type, Any] = {
    room_wire.Join: Rooms._join,
    room_wire.Part: Rooms._part,
    room_wire.Invite: Rooms._invite,
    room_wire.Kick: Rooms._kick,
    room_wire.SetTopic: Rooms._set_topic,
    room_wire.ListRooms: Rooms._list,
    room_wire.MyRooms: Rooms._mine,
}
