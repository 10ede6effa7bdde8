"""Rooms as text."""

import pytest

from chat.core.events import Incoming, RoomListed, RoomMember, RoomNews
from chat.ui.messages import Look
from chat.ui.room_views import room_news, rooms_shown
from chat.ui.views import render
from tests.people import Town
from tests.screen import ENTER, TAB
from tests.ui.conftest import Open

ALICE = Look("alice")


def member(name: str, *, online: bool = True, owner: bool = False, present: bool = True) -> RoomMember:
    return RoomMember(room="#tea", name=name, online=online, owner=owner, present=present)


@pytest.mark.parametrize(
    ("change", "name", "text", "said"),
    [
        ("joined", "alice", "", "you joined #tea"),
        ("joined", "bob", "", "bob joined #tea"),
        ("left", "bob", "", "bob left #tea"),
        ("kicked", "alice", "", "you were put out of #tea"),
        ("kicked", "bob", "", "bob was put out of #tea"),
        ("owner", "alice", "", "#tea is yours now"),
        ("owner", "bob", "", "#tea is bob’s now"),
        ("topic", "bob", "le\x1b[2Javes", "#tea is about: le"),
        ("topic", "bob", "", "#tea has no topic now"),
    ],
)
def test_news(change: str, name: str, text: str, said: str) -> None:
    line = room_news(RoomNews(room="#tea", change=change, name=name, text=text), ALICE)
    assert line.startswith(f"  --  {said}")
    assert "\x1b" not in line
    assert render([RoomNews(room="#tea", change=change, name=name, text=text)], ALICE) == line


def test_who_is_there() -> None:
    members = [
        *(member("alice", owner=True), member("bob"), member("carol", online=False)),
        member("dave", present=False, online=False),
    ]
    expected = "  --  in #tea: alice* bob\n  --  off: carol\n  --  invited: dave"
    assert rooms_shown(members, ALICE) == expected == render(members, ALICE)
    assert rooms_shown([member("alice")], ALICE) == "  --  in #tea: alice"


def test_which_there_are() -> None:
    table = render(
        [
            RoomListed(room="#board", members=2, closed=True, joined=True, topic="money"),
            RoomListed(room="#tea", members=17, closed=False, joined=False, topic="\x07leaves"),
        ],
        ALICE,
    )
    _, _, board, tea = table.splitlines()
    assert board.split() == ["#board", "2", "by", "invitation", "joined", "money"]
    assert tea.split()[:3] == ["#tea", "17", "open"]
    assert "\x07" not in table


def test_a_room_in_a_terminal(open_terminal: Open, village: Town) -> None:
    """Come in with Tab's help, talk, see how many have it; what comes in elsewhere is counted in the bar."""
    bob, carol = (village.person(name).start() for name in ("bob", "carol"))
    for person in (bob, carol):
        person.node.rooms.join("#tea", closed=False)
    alice = open_terminal("alice")
    alice.wait_for("You are alice", "alice>", "registry ok")
    alice.enter("/join tea")
    alice.wait_for("in #tea: alice bob* carol", "\n#tea>", "→ #tea")
    bob.node.send(["#tea"], "who is for tea?")
    alice.wait_line("bob → #tea: who is for tea?")
    alice.enter("I am")
    assert [event.text for event in carol.inbox.wait_for(Incoming, count=2)] == ["who is for tea?", "I am"]
    alice.wait_line("alice → #tea: I am", "✓")
    carol.stop()
    alice.enter("/close")
    alice.wait_for("\nalice>")
    bob.node.send(["#tea"], "another cup?")
    alice.wait_for("1:#tea 1")
    alice.type("/msg #t" + TAB)
    alice.wait_for("/msg #tea")
    alice.type(" please" + ENTER)
    alice.wait_line("alice → #tea: please", "[sent 1/2]")
