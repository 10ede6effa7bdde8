"""Rooms between people: real registry, sockets and databases."""

import socket
import threading
from collections import deque
from functools import partial
from pathlib import Path

import pytest

from chat.core import events
from chat.core.doorway import DIALS_AT_ONCE
from chat.core.history import Query, read_history
from chat.core.search import SearchQuery, search
from chat.core.strangers import STRANGER_MESSAGES
from chat.core.terms import TO, Term
from chat.core.transfer.source import inspect
from chat.errors import NetworkError, TrustError, UserError
from chat.registry.rooms import _HANDLERS, Change, Rooms
from chat.wire.rooms import Join
from db.connection import Connection
from db.registry_rooms import add_member
from db.rooms import JOINED, MemberRow, RoomRow, put_room, replace_members
from db.users import know, update_user
from tests.people import Person, Town, wait_until


def start(village: Town, *names: str) -> list[Person]:
    return [village.person(name).start() for name in names]


def in_room(person: Person, room: str = "#tea") -> list[str]:
    """Who is there, as that person knows it."""
    return [member.name for member in person.node.rooms.members(room) if member.present]


def knows(person: Person, room: str, names: list[str]) -> bool:
    return room in person.node.rooms.joined() and in_room(person, room) == names


def all_know(people: list[Person], room: str = "#tea") -> None:
    names = sorted(person.name for person in people)
    for person in people:
        wait_until(partial(knows, person, room, names), f"{person.name} knows who is in {room}")


def gather(people: list[Person], room: str = "#tea") -> None:
    """All of them come in, and know of each other."""
    for person in people:
        person.node.rooms.join(room, closed=False)
    all_know(people, room)


def board(owner: Person, *guests: Person) -> None:
    """A closed room with all of them in it."""
    owner.node.rooms.join("#board", closed=True)
    owner.node.rooms.invite("#board", [guest.name for guest in guests])
    for guest in guests:
        guest.node.rooms.join("#board", closed=False)
    all_know([owner, *guests], "#board")


def lines(person: Person, count: int, room: str = "#tea") -> list[tuple[str, str]]:
    """Who said what there, as it came in; in no room for ""."""
    return [
        (event.sender, event.text)
        for event in person.inbox.wait_for(events.Incoming, lambda event: event.room == room, count)
    ]


def has_sent(person: Person, text: str, names: list[str]) -> None:
    """Wait until that message is on the disks of exactly these."""
    wait_until(
        lambda: [name for name, message, status in person.statuses() if (message, status) == (text, "sent")] == names,
        f"{text!r} is sent to {names}",
    )


def test_a_line_goes_to_everyone_in_the_room(village: Town) -> None:
    people = alice, bob, carol = start(village, "alice", "bob", "carol")
    gather(people)
    alice.node.send(["#tea"], "who is for tea?")
    assert lines(bob, 1) == lines(carol, 1) == [("alice", "who is for tea?")]
    bob.node.send(["#tea"], "me")
    assert lines(carol, 2) == [("alice", "who is for tea?"), ("bob", "me")]
    assert [event.to for event in carol.inbox.of(events.Incoming)] == [("#tea",), ("#tea",)]
    (queued,) = alice.inbox.of(events.Queued)
    assert (queued.to, queued.room) == (("bob", "carol"), "#tea")
    for person in people:
        with person.node.pool.borrow() as connection:
            page = read_history(connection, person.name, Query(("#tea",)))
            assert read_history(connection, person.name, Query(("alice", "bob"))).lines == []
        assert [(line.sender, line.text, line.room, line.to) for line in page.lines] == [
            ("alice", "who is for tea?", "#tea", ("#tea",)),
            ("bob", "me", "#tea", ("#tea",)),
        ]


def test_a_file_goes_to_everyone_in_the_room(village: Town, tmp_path: Path) -> None:
    people = alice, bob, carol = start(village, "alice", "bob", "carol")
    gather(people)
    for person in (bob, carol):
        person.node.people.add("alice", None)
    bob.stop()
    path = tmp_path / "leaves.bin"
    path.write_bytes(b"leaf" * 100_000)
    alice.node.send(["#tea"], path.name, kind="file", file=inspect(path))
    alice.node.send(["#tea"], "seen?")
    bob.start()
    for person in (bob, carol):
        (arrived,) = person.inbox.wait_for(events.Transfer, lambda event: event.state == "done")
        assert Path(arrived.path).read_bytes() == path.read_bytes()
        assert lines(person, 2) == [("alice", "leaves.bin"), ("alice", "seen?")]
    has_sent(alice, "leaves.bin", ["bob", "carol"])


def test_who_is_off_or_hidden_gets_it_later_once(village: Town) -> None:
    people = alice, bob, carol, dave = start(village, "alice", "bob", "carol", "dave")
    gather(people)
    bob.stop()
    carol.node.hide()
    for number in range(3):
        alice.node.send(["#tea"], f"line {number}")
    assert len(lines(dave, 3)) == 3
    has_sent(alice, "line 2", ["dave"])
    with alice.node.pool.borrow() as connection:
        (*_, last) = read_history(connection, "alice", Query(("#tea",))).lines
    assert last.status == "pending"
    assert last.states == {"bob": "pending", "carol": "pending", "dave": "sent"}
    carol.node.show()
    bob.start()
    for late in (bob, carol):
        assert lines(late, 3) == [("alice", f"line {number}") for number in range(3)]
    has_sent(alice, "line 2", ["bob", "carol", "dave"])
    assert all(len(person.inbox.of(events.Incoming)) == 3 for person in (bob, carol, dave))


def test_without_the_registry_the_last_known_members_get_it(village: Town) -> None:
    people = alice, bob, carol = start(village, "alice", "bob", "carol")
    gather(people)
    alice.node.send(["#tea"], "before")  # they have met, so that each knows where the others are
    bob.node.send(["#tea"], "before")
    for person, count in ((alice, 1), (bob, 1), (carol, 2)):
        lines(person, count)
    village.close_registry()
    for person in people:
        person.stop()
        person.start(listen=("127.0.0.1", 0))
    wait_until(lambda: not alice.node.signed_in, "alice has no line to the registry")
    assert in_room(alice) == ["alice", "bob", "carol"]
    for person in (bob, carol):  # they listen elsewhere now, and nobody is there to tell
        host, _, port = person.node.listens_on.rpartition(":")
        alice.node.people.add(person.name, (host, int(port)))
    alice.node.send(["#tea"], "among ourselves")
    assert lines(bob, 2)[-1] == lines(carol, 3)[-1] == ("alice", "among ourselves")
    with pytest.raises(NetworkError):
        alice.node.rooms.part("#tea")
    assert in_room(alice) == ["alice", "bob", "carol"]
    village.open_registry()
    wait_until(lambda: alice.node.signed_in, "the registry is back")
    all_know(people)
    alice.node.send(["#tea"], "here again")
    assert lines(carol, 4)[-1] == ("alice", "here again")


def test_the_blocked_do_not_see_each_others_lines_and_cannot_tell_why(village: Town) -> None:
    people = alice, bob, carol, dave = start(village, "alice", "bob", "carol", "dave")
    gather(people)
    dave.stop()  # to compare with: somebody who is off
    alice.node.people.block("bob")
    alice.node.send(["#tea"], "from alice")
    bob.node.send(["#tea"], "from bob")
    carol.node.send(["#tea"], "from carol")
    assert sorted(lines(carol, 2)) == [("alice", "from alice"), ("bob", "from bob")]
    assert lines(alice, 1) == lines(bob, 1) == [("carol", "from carol")]
    has_sent(bob, "from bob", ["carol"])
    assert in_room(bob) == ["alice", "bob", "carol", "dave"]
    assert [name for name, text, _ in alice.statuses() if text == "from alice"] == ["carol", "dave"]
    assert bob.inbox.of(events.Warn) == []
    assert not bob.node.is_online("alice")
    assert not bob.node.is_online("dave")
    alice.node.people.unblock("bob")
    dave.start()
    assert lines(alice, 2)[-1] == ("bob", "from bob")
    lines(dave, 3)
    has_sent(bob, "from bob", ["alice", "carol", "dave"])
    assert "from alice" not in bob.inbox.texts(1)


def test_a_closed_room(village: Town) -> None:
    alice, bob, carol = start(village, "alice", "bob", "carol")
    board(alice, bob)
    with pytest.raises(UserError, match="by invitation only: ask alice"):
        carol.node.rooms.join("#board", closed=False)
    with pytest.raises(UserError, match="Only alice"):
        bob.node.rooms.invite("#board", ["carol"])
    alice.node.send(["#board"], "between us")
    assert lines(bob, 1, "#board") == [("alice", "between us")]
    alice.node.rooms.invite("#board", ["carol"])
    carol.node.rooms.join("#board", closed=False)
    all_know([alice, bob, carol], "#board")
    bob.node.send(["#board"], "welcome")
    assert lines(carol, 1, "#board") == [("bob", "welcome")]
    alice.node.rooms.kick("#board", "bob")
    bob.inbox.wait_for(events.RoomNews, lambda news: (news.change, news.name) == ("kicked", "bob"))
    wait_until(partial(knows, carol, "#board", ["alice", "carol"]), "carol knows that bob is out")
    with pytest.raises(UserError, match="You are not in #board"):
        bob.node.send(["#board"], "still here?")
    carol.node.send(["#board"], "he is gone")
    assert lines(alice, 2, "#board")[-1] == ("carol", "he is gone")
    assert [name for name, text, _ in carol.statuses() if text == "he is gone"] == ["alice"]
    with pytest.raises(UserError, match="by invitation only"):
        bob.node.rooms.join("#board", closed=False)


def slip_in(village: Town, room: str, name: str) -> None:
    """What a registry can do behind everybody's back."""
    assert village._registry is not None
    with village._registry._rooms._pool.borrow() as connection:
        add_member(connection, room, name)


def test_the_registry_slips_nobody_into_a_closed_room(village: Town) -> None:
    alice, bob, mallory = start(village, "alice", "bob", "mallory")
    board(alice, bob)
    slip_in(village, "#board", "mallory")
    alice.node.rooms.set_topic("#board", "money")  # everybody is told all of the room
    for person in (alice, bob):
        person.inbox.wait_for(events.Warn, lambda warning: "mallory in #board, whom alice did not" in warning.message)
        person.node.send(["#board"], f"a secret of {person.name}'s")
    assert lines(bob, 1, "#board") == [("alice", "a secret of alice's")]
    assert lines(alice, 1, "#board") == [("bob", "a secret of bob's")]
    assert {name for person in (alice, bob) for name, *_ in person.statuses()} == {"alice", "bob"}
    assert mallory.inbox.of(events.Incoming) == []


def test_what_somebody_who_was_slipped_in_writes_is_no_line_of_the_room(village: Town) -> None:
    alice, bob, mallory = start(village, "alice", "bob", "mallory")
    board(alice, bob)
    slip_in(village, "#board", "mallory")

    def into_the_own_book(tx: Connection) -> None:
        put_room(tx, RoomRow("#board", JOINED))
        replace_members(tx, "#board", [MemberRow("#board", "bob", 1)])
        know(tx, ["bob"])

    mallory.node.who("")  # after what the registry says of her rooms
    mallory.node.writer.call(into_the_own_book)
    mallory.node.send(["#board"], "I am one of you")
    assert lines(bob, 1, "") == [("mallory", "I am one of you")]
    assert [event for event in bob.inbox.of(events.Incoming) if event.room] == []


def test_a_room_that_is_open_where_a_closed_one_was_asked_for(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    (alice,) = start(village, "alice")

    def opened(rooms: Rooms, change: Change, request: Join) -> object:
        return Rooms._join(rooms, change, Join(request.request, request.room, request.room_id, closed=False))

    monkeypatch.setitem(_HANDLERS, Join, opened)
    with pytest.raises(TrustError, match="cannot be trusted"):
        alice.node.rooms.join("#board", closed=True)
    assert alice.node.rooms.joined() == []


def test_lines_that_come_after_one_left_are_direct_ones(village: Town) -> None:
    people = alice, bob = start(village, "alice", "bob")
    gather(people)
    bob.node.send(["alice"], "so that they have met")
    alice.inbox.texts(1)
    bob.stop()
    alice.node.send(["#tea"], "one")
    alice.node.send(["bob"], "two")
    alice.node.send(["#tea"], "three")
    village.close_registry()  # so that nobody hears of it
    bob.start()
    bob.node.writer.call(lambda tx: put_room(tx, RoomRow("#tea", "left")))
    alice.node.people.add("bob", ("127.0.0.1", bob.node.listening_port))
    assert bob.inbox.texts(3) == ["one", "two", "three"]
    assert {(event.room, event.to) for event in bob.inbox.of(events.Incoming)} == {("", ("bob",))}
    has_sent(alice, "three", ["bob"])


def test_a_line_is_one_hit(village: Town) -> None:
    people = alice, bob, carol = start(village, "alice", "bob", "carol")
    gather(people)
    alice.node.send(["bob", "carol"], "green tea, not in a room")
    alice.node.send(["#tea"], "green tea")
    lines(bob, 1)
    lines(carol, 1)
    for person in people:
        with person.node.pool.borrow() as connection:
            for query in (
                SearchQuery([Term("green")], [frozenset({TO + "#tea"})]),
                SearchQuery([], [frozenset({TO + "#tea"})]),
            ):
                (hit,) = search(connection, person.name, query).hits
                assert (hit.text, hit.room, hit.sender) == ("green tea", "#tea", "alice")


def test_a_fellow_member_who_is_no_contact_may_say_more_than_a_stranger(village: Town) -> None:
    people = alice, bob = start(village, "alice", "bob")
    gather(people)
    for number in range(STRANGER_MESSAGES + 20):
        alice.node.submit(["#tea"], f"line {number}")
    assert len(lines(bob, STRANGER_MESSAGES + 20)) == STRANGER_MESSAGES + 20
    alice.node.send(["bob"], "in private")
    assert lines(bob, 1, "") == [("alice", "in private")]


def test_rooms_share_the_one_connection_to_a_peer(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    people = alice, bob = start(village, "alice", "bob")
    gather(people, "#tea")
    gather(people, "#bar")
    calls: list[str] = []
    for person in people:
        reach = person.node._doorway.reach

        def reaching(name: str, purpose: str, reach=reach) -> object:  # type: ignore[no-untyped-def]
            calls.append(name)
            return reach(name, purpose)

        monkeypatch.setattr(person.node._doorway, "reach", reaching)
    alice.node.send(["bob"], "directly")
    bob.inbox.texts(1)
    for number in range(5):
        alice.node.send(["#tea"], f"tea {number}")
        alice.node.send(["#bar"], f"bar {number}")
        bob.node.send(["#tea"], f"answer {number}")
    bob.inbox.texts(11)
    alice.inbox.texts(5)
    assert calls == ["bob"]


def test_a_client_that_starts_anew_is_still_in_its_rooms(village: Town) -> None:
    people = alice, bob, carol = start(village, "alice", "bob", "carol")
    gather(people)
    bob.stop()
    carol.node.rooms.part("#tea")
    alice.node.rooms.set_topic("#tea", "leaves")
    bob.inbox.all.clear()
    bob.start()
    bob.inbox.wait_for(events.RoomNews, count=2)
    assert {(news.change, news.name, news.text) for news in bob.inbox.of(events.RoomNews)} == {
        ("left", "carol", ""),
        ("topic", "alice", "leaves"),
    }
    bob.node.send(["#tea"], "here again")
    assert lines(alice, 1) == [("bob", "here again")]


def test_what_one_may_not(village: Town) -> None:
    (alice,) = start(village, "alice")
    for attempt, words in (
        (lambda: alice.node.send(["#tea"], "hello?"), "You are not in #tea: /join #tea first"),
        (lambda: alice.node.rooms.part("#tea"), "You are not in #tea"),
        (lambda: alice.node.rooms.set_topic("#tea", "x"), "You are not in #tea"),
        (lambda: alice.node.make_known(["#tea"]), "You are not in #tea"),
        (lambda: alice.node.send(["#tea", "bob"], "hello?"), "Write to #tea alone"),
    ):
        with pytest.raises(UserError, match=words):
            attempt()
    alice.node.rooms.join("#tea", closed=False)
    with pytest.raises(UserError, match="There is nobody in #tea whom a line could go to"):
        alice.node.send(["#tea"], "hello?")
    with pytest.raises(UserError, match="A topic has at most 200 characters"):
        alice.node.rooms.set_topic("#tea", "x" * 201)
    with pytest.raises(UserError, match="nobody is registered"):
        alice.node.rooms.invite("#tea", ["nobody"])


class Switch:
    """Takes connections, says nothing, and hangs up on the oldest as soon as as many are open as there may be."""

    def __init__(self) -> None:
        self._sock = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._sock.getsockname()[1]
        self.calls = self.peak = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        held: deque[socket.socket] = deque()
        while True:
            try:
                held.append(self._sock.accept()[0])
            except OSError:
                break
            self.calls += 1
            self.peak = max(self.peak, len(held))
            if len(held) == DIALS_AT_ONCE:
                held.popleft().close()
        for sock in held:
            sock.close()

    def close(self) -> None:
        self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def test_two_hundred_members_are_called_a_few_at_a_time(village: Town) -> None:
    (alice,) = start(village, "alice")
    village.close_registry()
    wait_until(lambda: not alice.node.signed_in, "alice has no line to the registry")
    switch = Switch()
    names = [f"peer{number}" for number in range(199)]

    def fill(tx: Connection) -> None:
        put_room(tx, RoomRow("#tea", JOINED))
        replace_members(tx, "#tea", [MemberRow("#tea", name, 1) for name in ("alice", *names)])
        for name in names:
            update_user(tx, name, ip="127.0.0.1", port=switch.port, peer_id=name)

    alice.node.writer.call(fill)
    try:
        alice.node.send(["#tea"], "all of you")
        assert len(alice.statuses()) == 199
        wait_until(lambda: switch.calls >= 199, "everybody was called")
        assert switch.peak == DIALS_AT_ONCE
    finally:
        alice.stop()
        switch.close()
