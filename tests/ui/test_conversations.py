"""Which conversation has which number."""

from chat.core.events import Line
from chat.ui.conversations import Conversations, label, recent

BOB, CAROL, BOTH = ("bob",), ("carol",), ("bob", "carol")


def test_a_conversation_keeps_its_number() -> None:
    conversations = Conversations([BOB])
    for one in (CAROL, BOB, BOTH, CAROL, ()):
        conversations.note(one)
    assert conversations.all == (BOB, CAROL, BOTH)
    assert [conversations.number(one) for one in (BOB, CAROL, BOTH, ("dave",))] == [1, 2, 3, None]
    assert [conversations.at(number) for number in (0, 1, 3, 4)] == [None, BOB, BOTH, None]


def test_only_nine_have_numbers() -> None:
    people = [(f"p{number}",) for number in range(12)]
    conversations = Conversations(people)
    assert conversations.number(people[8]) == 9
    assert conversations.number(people[9]) is None


def test_the_next_unread_goes_round() -> None:
    conversations = Conversations([BOB, CAROL, BOTH])
    unread = {BOB: 1, BOTH: 2}
    assert conversations.next_unread((), unread) == BOB
    assert conversations.next_unread(BOB, unread) == BOTH
    assert conversations.next_unread(BOTH, unread) == BOB
    assert conversations.next_unread(CAROL, {CAROL: 1}) == CAROL
    assert conversations.next_unread(BOB, {}) is None


def line(sender: str, *to: str) -> Line:
    return Line(id="", number=1, sender=sender, to=to, text="hi", kind="text", time="", status="sent")


def test_what_a_run_starts_with() -> None:
    lines = [line("dave", "alice"), line("alice", "bob"), line("carol", "alice", "bob"), line("bob", "alice")]
    assert recent("alice", lines, [CAROL, BOB]) == [CAROL, BOB, BOTH, ("dave",)]
    many = [line("alice", f"p{number}") for number in range(20)]
    assert len(recent("alice", many, [])) == 9
    assert len(recent("alice", many, [(f"q{number}",) for number in range(11)])) == 11


def test_a_label_is_cut_short() -> None:
    assert label(("bob", "carol")) == "bob,carol"
    assert label(("alexander", "bartholomew", "cornelius"), 20) == "alexander+2"
    assert label(("a" * 40,), 20) == "a" * 19 + "…"
    assert label(()) == ""
