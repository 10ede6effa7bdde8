"""The rooms that one is in: asked of the registry, kept in the own database.

Who is in a room is read from there for each line that is written, so all goes on while the registry is away.
"""

import os
import time
from collections.abc import Callable, Sequence

from chat.core import room_book
from chat.core.credentials import Credentials
from chat.core.events import Event, Notify
from chat.core.line import Build, Line
from chat.core.people import People
from chat.core.reading import reading
from chat.core.writer import Outcome, Writer
from chat.errors import TrustError, UserError
from chat.wire import registry as wire
from chat.wire import rooms as room_wire
from chat.wire.rooms import Guest, RoomMember, RoomPush, RoomState, YourRooms, guest_statement
from db.connection import Connection
from db.pool import Pool
from db.rooms import JOINED, MemberRow, RoomRow, all_rooms, find_room, members_of, recipients_in

Job = Callable[[Connection], list[Event]]


class Rooms:
    """Any thread may call. Names of rooms are folded."""

    def __init__(self, credentials: Credentials, writer: Writer, pool: Pool, people: People, notify: Notify) -> None:
        self._credentials = credentials
        self._own = credentials.identity
        self._writer = writer
        self._pool = pool
        self._people = people
        self._notify = notify

    def connect(self, line: Line) -> None:
        """The line to the registry, which is made after this."""
        self._line = line

    def get(self, room: str) -> RoomRow:
        """A room that one is in. UserError if one is not."""
        with reading(self._pool) as connection:
            row = find_room(connection, room)
        if row is None or row.state != JOINED:
            raise UserError(f"You are not in {room}: /join {room} first.")
        return row

    def joined(self) -> list[str]:
        """The rooms that one is in, by name."""
        with reading(self._pool) as connection:
            return [row.name for row in all_rooms(connection) if row.state == JOINED]

    def members(self, room: str) -> list[MemberRow]:
        """Who is in a room that one is in, and who is invited, as last heard of. UserError if one is not in it."""
        self.get(room)
        return self.known(room)

    def known(self, room: str) -> list[MemberRow]:
        """The same, and nobody if one is not in it."""
        with reading(self._pool) as connection:
            return members_of(connection, room)

    def recipients(self, room: str) -> tuple[str, ...]:
        """To whom a line goes that is written there now. UserError if to nobody."""
        self.get(room)
        with reading(self._pool) as connection:
            names = tuple(recipients_in(connection, room, self._own.name))
        if not names:
            raise UserError(f"There is nobody in {room} whom a line could go to.")
        self._people.watch(names, wait=False)
        return names

    def join(self, room: str, *, closed: bool) -> None:
        """Come into a room, which is made if it is not there; `closed` by invitation only.

        TrustError if what the registry shows of it is not right.
        """
        before = self._writer.call(lambda tx: room_book.note_asked(tx, room))
        try:
            room_id = os.urandom(16)
            self._have_done(lambda number: room_wire.Join(number, room, room_id, closed))
        except BaseException:
            if before is None or before.state != JOINED:
                self._writer.call(lambda tx: room_book.note_left(tx, room))
            raise
        with reading(self._pool) as connection:
            row = find_room(connection, room)
        if row is None or row.state != JOINED or (closed and not row.closed):
            self._have_done(lambda number: room_wire.Part(number, room))
            self._writer.call(lambda tx: room_book.note_left(tx, room))
            raise TrustError(f"You did not come into {room}: what the registry shows of it cannot be trusted.")

    def part(self, room: str) -> None:
        """Leave a room."""
        self.get(room)
        try:
            self._have_done(lambda number: room_wire.Part(number, room))
        finally:
            if self._line.signed_in:  # else nobody was told
                self._writer.call(lambda tx: room_book.note_left(tx, room))

    def invite(self, room: str, names: Sequence[str]) -> None:
        """Let people into a closed room that is one's own; into an open one they may come anyway."""
        row = self.get(room)
        keys = {name: self._key_of(name) for name in names}
        if row.closed:
            self._set_guests(row, {**self._guests(room), **keys})

    def kick(self, room: str, name: str) -> None:
        """Put somebody out of a room that is one's own."""
        row = self.get(room)
        guests = self._guests(room)
        if not row.closed:
            self._have_done(lambda number: room_wire.Kick(number, room, name))
        elif guests.pop(name, None) is None:
            raise UserError(f"{name} is not invited into {room}: /names {room} lists who is.")
        else:
            self._set_guests(row, guests)

    def set_topic(self, room: str, topic: str) -> None:
        """Say what a room that is one's own is about."""
        self.get(room)
        if len(topic) > room_wire.MAX_TOPIC_CHARS:
            raise UserError(f"A topic has at most {room_wire.MAX_TOPIC_CHARS} characters.")
        self._have_done(lambda number: room_wire.SetTopic(number, room, topic))

    def listed(self) -> room_wire.Rooms:
        """The rooms that one may join or is in, by the registry."""
        return self._line.ask(room_wire.ListRooms, room_wire.Rooms)

    def _have_done(self, build: Build) -> None:
        """Ask the registry to do something; what it pushed because of that is stored then."""
        self._line.ask(build, wire.Done)
        self._writer.call(_nothing)

    def _guests(self, room: str) -> dict[str, bytes]:
        return {row.name: row.public_key for row in self.members(room) if row.name != self._own.name}

    def _set_guests(self, row: RoomRow, keys: dict[str, bytes]) -> None:
        if row.owner != self._own.name:
            raise UserError(f"Only {row.owner}, whose room {row.name} is, can do that.")
        if row.owner_key != self._own.public_key:
            raise UserError(f"{row.name} was made with another key of yours, and goes with it: make another room.")
        if len(keys) >= room_wire.MAX_MEMBERS:
            raise UserError(f"At most {room_wire.MAX_MEMBERS - 1} people can be invited into a room.")
        guests = tuple(Guest(name, key) for name, key in sorted(keys.items()))
        serial = max(row.serial + 1, time.time_ns() // 1_000_000)  # above that of a list that was signed in vain, too
        signature = self._credentials.sign(guest_statement(row.name, row.room_id, serial, guests))
        self._have_done(lambda number: room_wire.Invite(number, row.name, serial, guests, signature))

    def _key_of(self, name: str) -> bytes:
        """The key that is pinned, or else the one that the registry has. UserError if it knows no such person."""
        self._people.make_known(name)
        return self._people.get(name).public_key or self._people.look_up(name).public_key

    # What the line to the registry tells, in its thread

    def line_up(self) -> None:
        """Signed in: which rooms are we in?"""
        self._line.post(room_wire.MyRooms)

    def pushed(self, push: RoomPush) -> None:
        """Something about a room: kept in the order in which it came, then told."""
        self._writer.submit(self._noting(push), self._noted)

    def _noting(self, push: RoomPush) -> Job:
        own = self._own
        match push:
            case YourRooms(rooms):
                return lambda tx: room_book.note_rooms(tx, own.name, rooms)
            case RoomState():
                return lambda tx: room_book.note_state(tx, own, push)
            case RoomMember():
                return lambda tx: room_book.note_member(tx, own.name, push)

    def _noted(self, outcome: Outcome[list[Event]]) -> None:
        """By the writer's thread. What could not be kept is heard again at the next sign-in."""
        if outcome.error is None:
            self._notify(*outcome.result())


def _nothing(_: Connection) -> None:
    """For who waits until what was handed in before is on the disk."""
