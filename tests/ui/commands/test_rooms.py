"""The commands of rooms as typed."""

from pathlib import Path

import pytest

from chat.core.events import Event, Failure, Hit, Incoming, Line, RoomListed, RoomMember
from chat.ui import commands
from chat.ui.messages import Look
from chat.ui.shell import Shell
from chat.ui.views import render
from tests.people import Person, Town, wait_until
from tests.ui.told import Told, shell_of

assert commands  # importing it fills the command table

Typing = tuple[Shell, Told]


@pytest.fixture
def people(village: Town) -> list[Person]:
    return [village.person(name).start() for name in ("alice", "bob")]


@pytest.fixture
def alice(people: list[Person]) -> Typing:
    return shell_of(people[0])


@pytest.fixture
def bob(people: list[Person]) -> Typing:
    return shell_of(people[1])


def do(typing: Typing, line: str) -> list[Event]:
    """What is shown of a line that does what it should."""
    shell, told = typing
    told.events.clear()
    assert shell.execute(line), told.events
    return [*told.events]


def trouble(typing: Typing, line: str) -> str:
    shell, told = typing
    told.events.clear()
    assert not shell.execute(line)
    (failure,) = [event for event in told.events if isinstance(event, Failure)]
    return failure.message


def test_talking_in_a_room(people: list[Person], alice: Typing, bob: Typing) -> None:
    listed, *members = [event for event in do(bob, "/join Tea") if isinstance(event, RoomListed | RoomMember)]
    assert listed == RoomListed(room="#tea", members=1, closed=False, joined=True, topic="")
    assert members == [RoomMember(room="#tea", name="bob", online=True, owner=True, present=True)]
    assert [*bob[0].talking_to] == ["#tea"]
    do(alice, "/join #tea")
    wait_until(lambda: len(people[1].node.rooms.members("#tea")) == 2, "bob knows of alice")
    do(bob, "hello")
    do(bob, "/msg #TEA and again")
    heard = people[0].inbox.wait_for(Incoming, count=2)
    assert [(event.room, event.text) for event in heard] == [("#tea", "hello"), ("#tea", "and again")]
    assert people[0].node.unread.counts() == {}  # it is what alice looks at
    do(alice, "/close")
    do(bob, "unseen")
    wait_until(lambda: people[0].node.unread.counts() == {("#tea",): 1}, "it waits in the room")
    assert people[0].node.unread.count_from("bob") == 0
    lines = [event for event in do(alice, "/history #tea") if isinstance(event, Line)]
    assert [line.text for line in lines] == ["hello", "and again", "unseen"]
    assert people[0].node.unread.counts() == {}
    assert "bob → #tea: unseen" in render(lines, Look("alice"))
    (hit,) = [event for event in do(alice, "/search again in:tea from:bob") if isinstance(event, Hit)]
    assert hit.text == "and again"
    assert [event for event in do(alice, "/search again in:#bar") if isinstance(event, Hit)] == []
    assert do(bob, "/part")
    assert not bob[0].talking_to
    assert trouble(bob, "/names #tea") == "You are not in #tea: /join #tea first."


def test_a_room_of_ones_own(people: list[Person], alice: Typing, bob: Typing) -> None:
    do(alice, "/join #board -invite")
    do(alice, "/topic  money and tea")
    (listed,) = [event for event in do(alice, "/topic") if isinstance(event, RoomListed)]
    assert (listed.topic, listed.closed) == ("money and tea", True)
    do(alice, "/topic #board money")
    do(alice, "/invite bob")
    assert people[1].inbox.texts(1) == ["I invite you to #board: /join #board"]
    invited = [event for event in do(alice, "/names") if isinstance(event, RoomMember)]
    assert [(one.name, one.present) for one in invited] == [("alice", True), ("bob", False)]
    do(bob, "/join board")
    assert [event.room for event in do(bob, "/rooms") if isinstance(event, RoomListed)] == ["#board"]
    do(alice, "/kick bob #board")
    wait_until(lambda: not people[1].node.rooms.joined(), "bob is out")
    assert trouble(alice, "/kick bob") == "bob is not invited into #board: /names #board lists who is."


def test_a_file_for_a_room(people: list[Person], alice: Typing, bob: Typing, tmp_path: Path) -> None:
    for typing in (bob, alice):
        do(typing, "/join tea")
    path = tmp_path / "leaves.txt"
    path.write_text("leaves")
    do(alice, f"/send #tea {path}")
    (event,) = people[1].inbox.wait_for(Incoming)
    assert (event.room, event.kind, event.text) == ("#tea", "file", "leaves.txt")


WRONG = {
    "/join #tea -closed": "Write /join ROOM, or",
    "/join a b": "Write /join ROOM, or",
    "/join t,e": "'t,e' is not the name of a room",
    "/join": "Something is missing: write /join ROOM",
    "/part": "Say which room, as in #tea",
    "/names": "Say which room, as in #tea",
    "/invite bob": "Say which room, as in #tea",
    "/topic": "Say which room, as in #tea",
    "/kick bob #": "'#' is not the name of a room",
    "/msg #tea": "Something is missing",
    "/msg #tea,bob hi": "'#tea,bob' is not the name of a room",
    "/msg bob,#tea hi": "'#tea' is not a name",
    "/query #tea": "You are not in #tea: /join #tea first.",
    "/search in:## x": "'##' is not the name of a room",
}


def test_what_is_wrong_is_said(alice: Typing) -> None:
    for line, words in WRONG.items():
        assert trouble(alice, line).startswith(words)
