"""Who is in which room: the rules against a model of them, what members are told, and that it outlives the process."""

import itertools
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chat.core.events import Warn
from chat.core.room_book import note_asked, note_left, note_member, note_rooms, note_state
from chat.net.certificates import Identity
from chat.registry.directory import Directory, Lease
from chat.registry.log import Log
from chat.registry.rooms import Rooms
from chat.wire.registry import Done, Failed
from chat.wire.rooms import (
    MAX_ROOMS,
    Guest,
    Invite,
    Join,
    Kick,
    ListRooms,
    MyRooms,
    Part,
    RoomMember,
    RoomPush,
    RoomState,
    RoomSummary,
    SetTopic,
    YourRooms,
    guest_statement,
)
from chat.wire.rooms import Rooms as Listed
from db.accounts import Account, Revocation, insert_account, insert_revocation
from db.connection import Connection, Database, transaction
from db.rooms import JOINED, all_rooms, recipients_in
from db.schema import CLIENT, REGISTRY
from db.sqlite import SqliteDatabase

PEOPLE = ("alice", "bob", "carol", "dave", "erin")
ROOM_ID = b"r" * 16
MOST = 3
KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32)) for name in PEOPLE}


def public_key(name: str) -> bytes:
    return KEYS[name].public_key().public_bytes_raw()


def guests_of(*names: str) -> tuple[Guest, ...]:
    return tuple(Guest(name, public_key(name)) for name in names)


def invitation(room: str, serial: int, *names: str, by: str = "alice", room_id: bytes = ROOM_ID) -> Invite:
    guests = guests_of(*names)
    signature = KEYS[by].sign(guest_statement(room, room_id, serial, guests))
    return Invite(1, room, serial, guests, signature)


class Bureau:
    """A registry's rooms, and people who are signed in and read what comes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        connection = database.connect()
        REGISTRY.apply(connection, "a registry")
        self.accounts = {name: Account(name, name, b"", public_key(name), "") for name in PEOPLE}
        for account in self.accounts.values():
            insert_account(connection, account)
        self.open()

    def open(self) -> None:
        self.directory = Directory()
        self.rooms = Rooms(self.database, self.directory, Log(StringIO()), max_members=MOST)
        self.leases = {name: self.lease(name) for name in PEOPLE}

    def lease(self, name: str) -> Lease:
        lease = Lease(self.accounts[name], (), 1, False, set(), set(), lambda: None)
        self.directory.sign_in(lease)
        return lease

    def close(self) -> None:
        self.rooms.close()

    def ask(self, name: str, request: object) -> object:
        return self.rooms.answer(self.accounts[name], request)  # type: ignore[arg-type]

    def do(self, name: str, request: object) -> None:
        answer = self.ask(name, request)
        assert isinstance(answer, Done), answer

    def refusal(self, name: str, request: object) -> str:
        answer = self.ask(name, request)
        assert isinstance(answer, Failed), answer
        return answer.message

    def mail(self, name: str) -> list[RoomPush]:
        return self.directory.take_mail(self.leases[name])  # type: ignore[return-value]

    def join(self, *names: str, room: str = "#tea", closed: bool = False) -> None:
        for name in names:
            self.do(name, Join(1, room, ROOM_ID, closed=closed))

    def members(self, name: str, room: str = "#tea") -> tuple[str, ...]:
        """As somebody in it sees it at a sign-in."""
        self.mail(name)
        self.do(name, MyRooms(1))
        return next((push.members for push in self.mail(name) if isinstance(push, RoomState) and push.room == room), ())


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    place = Bureau(SqliteDatabase(tmp_path / "accounts.db", b""))
    yield place
    place.close()


def test_who_comes_in_gets_all_and_the_others_the_news(bureau: Bureau) -> None:
    bureau.join("alice", "bob")
    state = RoomState("#tea", ROOM_ID, "alice", public_key("alice"), False, "", 0, (), b"", ("alice", "bob"))
    assert bureau.mail("bob") == [state]
    assert bureau.mail("alice")[1:] == [RoomMember("#tea", "bob", present=True, kicked=False)]
    assert bureau.mail("carol") == []
    bureau.join("bob")  # once more is harmless
    assert bureau.mail("bob") == [state]
    assert bureau.mail("alice") == []


def test_the_newest_word_on_each_comes_last(bureau: Bureau) -> None:
    """Who reads late gets one word about each, and applied in their order they are right."""
    bureau.join("alice", "bob")
    bureau.mail("alice")
    bureau.join("carol")
    bureau.do("alice", SetTopic(1, "#tea", "leaves"))
    bureau.do("carol", Part(1, "#tea"))
    state, word = bureau.mail("alice")
    assert isinstance(state, RoomState)
    assert state.topic == "leaves"
    assert word == RoomMember("#tea", "carol", present=False, kicked=False)


def test_a_full_room(bureau: Bureau) -> None:
    bureau.join("alice", "bob", "carol")
    assert bureau.refusal("dave", Join(1, "#tea", ROOM_ID, closed=False)) == (
        "#tea is full: it has 3 members, which is the most."
    )
    bureau.do("bob", Part(1, "#tea"))
    bureau.join("dave")
    assert bureau.members("alice") == ("alice", "carol", "dave")


def test_so_many_rooms_for_one_person(bureau: Bureau) -> None:
    for number in range(MAX_ROOMS):
        bureau.join("alice", room=f"#r{number}")
    assert "which is the most: /part one first" in bureau.refusal("alice", Join(1, "#more", ROOM_ID, closed=False))
    assert bureau.ask("bob", ListRooms(1)).rooms[-1].name == "#r9"  # type: ignore[attr-defined]
    assert all(room.name != "#more" for room in bureau.ask("bob", ListRooms(1)).rooms)  # type: ignore[attr-defined]


def test_a_closed_room_is_for_those_whom_its_owner_invited(bureau: Bureau) -> None:
    bureau.join("alice", room="#board", closed=True)
    join = Join(1, "#board", ROOM_ID, closed=False)
    assert bureau.refusal("bob", join) == "#board is by invitation only: ask alice for one."
    bureau.do("alice", invitation("#board", 1, "bob"))
    assert "changed meanwhile" in bureau.refusal("alice", invitation("#board", 1, "bob", "carol"))
    bureau.join("bob", room="#board")
    assert bureau.refusal("bob", invitation("#board", 2, "carol", by="bob")) == (
        "Only alice, whose room #board is, can do that."
    )
    assert bureau.members("alice", "#board") == ("alice", "bob")
    bureau.mail("bob")
    bureau.do("alice", invitation("#board", 2, "carol"))
    assert bureau.mail("bob") == [RoomMember("#board", "bob", present=False, kicked=True)]
    assert bureau.members("alice", "#board") == ("alice",)


@pytest.mark.parametrize(
    "forged",
    [
        invitation("#board", 1, "bob", by="bob"),
        invitation("#other", 1, "bob"),
        Invite(1, "#board", 2, guests_of("bob"), invitation("#board", 1, "bob").signature),
        Invite(1, "#board", 1, guests_of("carol"), invitation("#board", 1, "bob").signature),
        Invite(1, "#board", 1, guests_of("bob"), b""),
    ],
)
def test_a_list_that_the_owner_did_not_sign_is_not_kept(bureau: Bureau, forged: Invite) -> None:
    bureau.join("alice", room="#board", closed=True)
    bureau.join("alice", room="#other", closed=True)
    request = Invite(1, "#board", forged.serial, forged.guests, forged.signature)
    assert "is not signed with the key" in bureau.refusal("alice", request)
    assert "by invitation only" in bureau.refusal("bob", Join(1, "#board", ROOM_ID, closed=False))


def test_nobody_is_invited_by_a_key_that_is_not_theirs(bureau: Bureau) -> None:
    """It would be pinned by every member who has not met them: one member could keep others apart for good."""
    void = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    insert_revocation(bureau.database.connect(), Revocation(void, "bob", "2026", b"s" * 64))
    bureau.join("alice", room="#board", closed=True)

    def invite(serial: int, guest: Guest) -> Invite:
        signature = KEYS["alice"].sign(guest_statement("#board", ROOM_ID, serial, (guest,)))
        return Invite(1, "#board", serial, (guest,), signature)

    for name, key in (("bob", public_key("erin")), ("carol", void), ("nobody", public_key("erin"))):
        assert bureau.refusal("alice", invite(1, Guest(name, key))) == f"That is no key of {name}: nobody was invited."
    bureau.do("alice", invite(1, Guest("bob", void)))  # it was his, and alice may not have heard of the new one


def test_a_guest_with_another_key_is_to_be_invited_anew(bureau: Bureau) -> None:
    bureau.join("alice", room="#board", closed=True)
    bureau.do("alice", invitation("#board", 1, "bob"))
    bureau.accounts["bob"] = Account("bob", "bob", b"", public_key("erin"), "")
    assert "You have another key" in bureau.refusal("bob", Join(1, "#board", ROOM_ID, closed=False))


def test_the_owner_leaves(bureau: Bureau) -> None:
    bureau.join("alice", "carol", "bob")
    bureau.mail("bob")
    bureau.do("alice", Part(1, "#tea"))
    gone, state = bureau.mail("bob")
    assert gone == RoomMember("#tea", "alice", present=False, kicked=False)
    assert isinstance(state, RoomState)
    assert (state.owner, state.owner_key) == ("carol", public_key("carol"))
    bureau.do("carol", Kick(1, "#tea", "bob"))
    bureau.join("alice", room="#board", closed=True)
    bureau.do("alice", invitation("#board", 1, "bob"))
    bureau.join("bob", room="#board")
    bureau.do("alice", Part(1, "#board"))
    assert bureau.refusal("bob", SetTopic(1, "#board", "mine")).startswith("Only alice")
    bureau.join("alice", room="#board")  # an owner needs no invitation
    bureau.do("alice", SetTopic(1, "#board", "mine"))


def test_the_last_one_takes_the_room_along(bureau: Bureau) -> None:
    bureau.join("alice", room="#board", closed=True)
    bureau.do("alice", Part(1, "#board"))
    bureau.join("bob", room="#board")
    bureau.mail("bob")
    bureau.do("bob", SetTopic(1, "#board", "another"))
    (state,) = bureau.mail("bob")
    assert isinstance(state, RoomState)
    assert (state.owner, state.closed, state.members) == ("bob", False, ("bob",))


def test_what_cannot_be_done_is_told_and_changes_nothing(bureau: Bureau) -> None:
    bureau.join("alice", "bob")
    bureau.mail("bob")
    for name, request, words in (
        ("carol", Part(1, "#tea"), "You are not in #tea."),
        ("carol", SetTopic(1, "#tea", "mine"), "You are not in #tea."),
        ("bob", Kick(1, "#tea", "alice"), "Only alice, whose room #tea is, can do that."),
        ("alice", Kick(1, "#tea", "alice"), "alice cannot be put out of #tea: /names lists who is there."),
        ("alice", Kick(1, "#tea", "carol"), "carol cannot be put out of #tea: /names lists who is there."),
        ("alice", invitation("#tea", 1, "carol"), "#tea is open: whoever wants may join."),
        ("bob", Join(1, "#tea", ROOM_ID, closed=True), "#tea is there already"),
    ):
        assert bureau.refusal(name, request).startswith(words)
    assert bureau.mail("bob") == []
    assert bureau.members("bob") == ("alice", "bob")


def test_the_rooms_that_there_are(bureau: Bureau) -> None:
    bureau.join("alice", "bob")
    bureau.join("alice", room="#board", closed=True)
    tea = RoomSummary("#tea", 2, False, "")
    assert bureau.ask("bob", ListRooms(7)) == Listed(7, (tea,), more=False)
    assert bureau.ask("alice", ListRooms(7)) == Listed(7, (RoomSummary("#board", 1, True, ""), tea), more=False)


def test_it_outlives_the_process(bureau: Bureau) -> None:
    """Whatever was answered is on the disk: the database is opened anew beside the one that is left as it is."""
    bureau.join("alice", "bob")
    bureau.do("alice", SetTopic(1, "#tea", "leaves"))
    abandoned = bureau.rooms
    bureau.open()
    bureau.do("bob", MyRooms(1))
    assert bureau.mail("bob") == [
        YourRooms(("#tea",)),
        RoomState("#tea", ROOM_ID, "alice", public_key("alice"), False, "leaves", 0, (), b"", ("alice", "bob")),
    ]
    abandoned.close()


people = st.sampled_from(PEOPLE)
rooms = st.sampled_from(("#tea", "#board"))


class Book:
    """What somebody's client keeps of rooms, by its own rules."""

    def __init__(self, name: str, line: Connection) -> None:
        self._own = Identity(name, name, public_key(name))
        self._line = line
        for table in ("Room", "Member", "`User`"):
            line.execute(f"DELETE FROM {table}")

    def note(self, push: RoomPush) -> None:
        with transaction(self._line) as tx:
            match push:
                case YourRooms():
                    news = note_rooms(tx, self._own.name, push.rooms)
                case RoomState():
                    news = note_state(tx, self._own, push)
                case RoomMember():
                    news = note_member(tx, self._own.name, push)
        warnings = [event.message for event in news if isinstance(event, Warn)]
        assert [words for words in warnings if not words.startswith("This is another")] == []

    def ask(self, room: str) -> None:
        with transaction(self._line) as tx:
            note_asked(tx, room)

    def leave(self, room: str) -> None:
        with transaction(self._line) as tx:
            note_left(tx, room)

    def recipients(self) -> dict[str, set[str]]:
        """To whom a line goes in each room that one is in."""
        joined = [row.name for row in all_rooms(self._line) if row.state == JOINED]
        return {room: set(recipients_in(self._line, room, self._own.name)) for room in joined}


@pytest.fixture(scope="module", autouse=True)
def _books(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("books")
    for name in PEOPLE:
        Membership.lines[name] = SqliteDatabase(folder / name, bytes(32)).connect()
        CLIENT.apply(Membership.lines[name], name)


class Membership(RuleBasedStateMachine):
    """Anybody asks for anything: the answers are those of the model, and everybody in a room knows who is there."""

    lines: ClassVar[dict[str, Connection]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.bureau = Bureau(SqliteDatabase(Path(self.folder.name, "accounts.db"), b""))
        self.inside: dict[str, list[str]] = {}
        self.owner: dict[str, str] = {}
        self.guests: dict[str, set[str] | None] = {}  # None: open
        self.serial: dict[str, int] = {}
        self.ids: dict[str, bytes] = {}
        self.new_ids = itertools.count(1)
        self.books = {name: Book(name, self.lines[name]) for name in PEOPLE}

    @initialize()
    def begin_busy(self) -> None:
        """From an empty start chance seldom comes to where it matters."""
        for name, closed in (("alice", False), ("bob", False)):
            self.join(name, "#tea", closed)
        self.join("alice", "#board", closed=True)
        self.invite("alice", "#board", {"bob", "carol"})
        self.join("bob", "#board", closed=False)
        self.everybody_reads()

    def teardown(self) -> None:
        try:
            self.everybody_reads()
        finally:
            self.bureau.close()
            self.folder.cleanup()

    def ask(self, name: str, request: object, *, may: bool) -> bool:
        answer = self.bureau.ask(name, request)
        assert isinstance(answer, Done) == may, answer
        return may

    def out(self, room: str, name: str) -> None:
        self.inside[room].remove(name)
        if not self.inside[room]:
            del self.inside[room], self.owner[room], self.guests[room], self.serial[room]
        elif self.guests[room] is None and self.owner[room] == name:
            self.owner[room] = self.inside[room][0]

    @rule(name=people, room=rooms, closed=st.booleans())
    def join(self, name: str, room: str, closed: bool) -> None:
        members = self.inside.get(room, [])
        there = room in self.inside
        guests = self.guests.get(room)
        may = not there or (not closed or (guests is not None and self.owner[room] == name))
        if may and there and name not in members:
            may = len(members) < MOST and (guests is None or name in guests or name == self.owner[room])
        self.books[name].ask(room)
        room_id = next(self.new_ids).to_bytes(16)
        if not self.ask(name, Join(1, room, room_id, closed=closed), may=may):
            self.read()
            if name not in members:
                self.books[name].leave(room)
        elif name not in members:
            if not there:
                self.owner[room], self.guests[room], self.serial[room] = name, set() if closed else None, 0
                self.ids[room] = room_id
            self.inside.setdefault(room, []).append(name)

    @rule(name=people, room=rooms)
    def part(self, name: str, room: str) -> None:
        if self.ask(name, Part(1, room), may=name in self.inside.get(room, ())):
            self.read()
            self.books[name].leave(room)
            self.out(room, name)

    @rule(name=people, room=rooms, other=people)
    def kick(self, name: str, room: str, other: str) -> None:
        members = self.inside.get(room, [])
        may = name in members and self.owner[room] == name and self.guests[room] is None
        if self.ask(name, Kick(1, room, other), may=may and other in members and other != name):
            self.out(room, other)

    @rule(name=people, room=rooms, invited=st.sets(people, max_size=3))
    def invite(self, name: str, room: str, invited: set[str]) -> None:
        members = self.inside.get(room, [])
        may = name in members and self.owner[room] == name and self.guests[room] is not None
        serial = self.serial.get(room, 0) + 1
        request = invitation(room, serial, *sorted(invited), by=name, room_id=self.ids.get(room, ROOM_ID))
        if self.ask(name, request, may=may):
            self.guests[room], self.serial[room] = invited, serial
            for other in [other for other in members if other not in invited and other != name]:
                self.out(room, other)

    @rule(name=people, room=rooms)
    def set_topic(self, name: str, room: str) -> None:
        may = name in self.inside.get(room, ()) and self.owner[room] == name
        self.ask(name, SetTopic(1, room, "leaves"), may=may)

    @rule(name=people)
    def sign_in_again(self, name: str) -> None:
        """What was not read is lost; all of it is told anew."""
        self.bureau.leases[name] = self.bureau.lease(name)
        self.bureau.do(name, MyRooms(1))

    def read(self) -> None:
        for name, book in self.books.items():
            for push in self.bureau.mail(name):
                book.note(push)

    @rule()
    def everybody_reads(self) -> None:
        self.read()
        for name, book in self.books.items():
            assert book.recipients() == {
                room: set(inside) - {name} for room, inside in self.inside.items() if name in inside
            }

    @invariant()
    def no_room_is_too_full(self) -> None:
        assert all(len(inside) <= MOST for inside in self.inside.values())


TestMembership = Membership.TestCase
TestMembership.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
