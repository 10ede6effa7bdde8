"""What of the registry's word about rooms is believed, and what becomes of lines that were written there."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from chat.core import events
from chat.core.room_book import note_asked, note_left, note_member, note_rooms, note_state, place_lines
from chat.net.certificates import Identity
from chat.wire.messages import Body
from chat.wire.rooms import Guest, RoomMember, RoomState, guest_statement
from db.connection import Connection
from db.rooms import ASKED, JOINED, LEFT, find_room, members_of, recipients_in
from db.sqlite import SqliteDatabase
from db.users import find_user, update_user
from tests.db.rows import TIME, client_connection, number

OWNER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
REGISTRY = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
ALICE = Identity("alice", "id", number(1, 32))
KEYS = {"alice": ALICE.public_key, "carol": number(3, 32), "dave": number(4, 32), "mallory": number(66, 32)}


def public_key(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def open_room(*members: str, **changes: object) -> RoomState:
    state = RoomState("#tea", number(1), "bob", public_key(OWNER), False, "", 0, (), b"", members)
    return replace(state, **changes)


def board(
    members: Sequence[str], guests: Sequence[str], serial: int = 1, signed_by: Ed25519PrivateKey = OWNER
) -> RoomState:
    """A closed room of bob's."""
    listed = tuple(Guest(name, KEYS[name]) for name in guests)
    signature = signed_by.sign(guest_statement("#board", number(2), serial, listed))
    return RoomState("#board", number(2), "bob", public_key(OWNER), True, "", serial, listed, signature, tuple(members))


@pytest.fixture
def line(tmp_path: Path) -> Connection:
    return client_connection(SqliteDatabase(tmp_path / "chat.db", bytes(32)))


def told(news: Sequence[events.Event]) -> list[tuple[str, str]]:
    """(change, name) of each; of a warning its words."""
    return [
        (event.change, event.name) if isinstance(event, events.RoomNews) else ("warning", getattr(event, "message"))  # noqa: B009
        for event in news
    ]


def present(line: Connection, room: str) -> list[str]:
    return [member.name for member in members_of(line, room) if member.present]


def test_coming_in_and_hearing_of_others(line: Connection) -> None:
    assert note_asked(line, "#tea") is None
    assert told(note_state(line, ALICE, open_room("alice", "bob"))) == [("joined", "alice")]
    carol = RoomMember("#tea", "carol", present=True, kicked=False)
    assert told(note_member(line, "alice", carol)) == [("joined", "carol")]
    assert note_member(line, "alice", carol) == []
    assert present(line, "#tea") == ["alice", "bob", "carol"]
    assert recipients_in(line, "#tea", "alice") == ["bob", "carol"]
    gone = RoomMember("#tea", "carol", present=False, kicked=True)
    assert told(note_member(line, "alice", gone)) == [("kicked", "carol")]
    assert recipients_in(line, "#tea", "alice") == ["bob"]


def test_what_happened_while_one_was_away(line: Connection) -> None:
    note_state(line, ALICE, open_room("alice", "bob", "carol"))
    news = note_state(line, ALICE, open_room("alice", "carol", "dave", owner="carol", topic="leaves"))
    assert told(news) == [("joined", "dave"), ("left", "bob"), ("owner", "carol"), ("topic", "carol")]
    assert note_state(line, ALICE, open_room("alice", "carol", "dave", owner="carol", topic="leaves")) == []


def test_being_put_out_and_not_being_named(line: Connection) -> None:
    note_state(line, ALICE, open_room("alice", "bob"))
    note_state(line, ALICE, open_room("alice", room="#bar"))
    kicked = RoomMember("#tea", "alice", present=False, kicked=True)
    assert told(note_member(line, "alice", kicked)) == [("kicked", "alice")]
    assert note_member(line, "alice", RoomMember("#tea", "bob", present=True, kicked=False)) == []
    assert told(note_rooms(line, "alice", ())) == [("left", "alice")]
    assert note_rooms(line, "alice", ()) == []
    for room in ("#tea", "#bar"):
        row = find_room(line, room)
        assert row is not None
        assert row.state == LEFT
        assert members_of(line, room) == []


def test_only_the_invited_are_in_a_closed_room(line: Connection) -> None:
    """The registry shows mallory, whom nobody invited, at once or later: nothing goes there, and it is told."""
    news = told(note_state(line, ALICE, board(["alice", "bob", "carol", "mallory"], ["alice", "carol", "dave"])))
    assert news[0] == ("joined", "alice")
    assert "The registry shows mallory in #board, whom bob did not invite" in news[1][1]
    assert recipients_in(line, "#board", "alice") == ["bob", "carol"]
    (warning,) = told(note_member(line, "alice", RoomMember("#board", "mallory", present=True, kicked=False)))
    assert "whom bob did not invite" in warning[1]
    assert told(note_member(line, "alice", RoomMember("#board", "dave", present=True, kicked=False))) == [
        ("joined", "dave")
    ]
    assert recipients_in(line, "#board", "alice") == ["bob", "carol", "dave"]
    assert find_user(line, "mallory") is None


def test_whom_one_has_not_met_one_meets_by_the_key_that_was_invited(line: Connection) -> None:
    update_user(line, "carol", public_key=number(99, 32))
    news = told(note_state(line, ALICE, board(["alice", "bob", "carol", "dave"], ["alice", "carol", "dave"])))
    assert "carol has another key than bob invited" in news[1][1]
    keys = {name: getattr(find_user(line, name), "public_key") for name in ("bob", "carol", "dave")}  # noqa: B009
    assert keys == {"bob": public_key(OWNER), "carol": number(99, 32), "dave": KEYS["dave"]}
    assert recipients_in(line, "#board", "alice") == ["bob", "dave"]


FORGED = {
    "by the registry": board(["alice", "bob"], ["alice", "mallory"], signed_by=REGISTRY),
    "another guest": replace(board(["alice", "bob"], ["alice"], 2), guests=(Guest("mallory", number(66, 32)),)),
    "another key": replace(board(["alice", "bob"], ["alice", "carol"], 2), guests=(Guest("carol", number(66, 32)),)),
    "not at all": replace(board(["alice", "bob"], ["alice", "mallory"]), serial=0, signature=b""),
    "another serial": replace(board(["alice", "bob"], ["alice"], 2), serial=3),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_list_of_guests_changes_nothing(line: Connection, forged: RoomState) -> None:
    note_state(line, ALICE, board(["alice", "bob", "carol"], ["alice", "carol"]))
    before = members_of(line, "#board"), find_room(line, "#board")
    (warning,) = told(note_state(line, ALICE, replace(forged, serial=forged.serial and forged.serial + 7)))
    assert warning[0] == "warning"
    assert (members_of(line, "#board"), find_room(line, "#board")) == before


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_room_with_a_forged_list_is_not_entered(line: Connection, forged: RoomState) -> None:
    note_asked(line, "#board")
    (warning,) = told(note_state(line, ALICE, forged))
    assert "is not signed by bob" in warning[1]
    row = find_room(line, "#board")
    assert row is not None
    assert row.state == LEFT
    assert members_of(line, "#board") == []


def test_an_older_list_is_refused(line: Connection) -> None:
    """Whom the owner put out stays out, also for who left meanwhile and came back."""
    note_state(line, ALICE, board(["alice", "bob"], ["alice", "carol"], 4))
    note_state(line, ALICE, board(["alice", "bob"], ["alice"], 5))
    assert "older list" in told(note_state(line, ALICE, board(["alice", "bob", "carol"], ["alice", "carol"], 4)))[0][1]
    assert present(line, "#board") == ["alice", "bob"]
    note_left(line, "#board")
    note_asked(line, "#board")
    assert "older list" in told(note_state(line, ALICE, board(["alice", "bob", "carol"], ["alice", "carol"], 4)))[0][1]
    assert told(note_state(line, ALICE, board(["alice", "bob"], ["alice"], 5))) == [("joined", "alice")]


@pytest.mark.parametrize(
    "changes", [{"closed": False}, {"room_id": number(9)}, {"owner_key": number(9, 32)}, {"owner_key": KEYS["mallory"]}]
)
def test_a_closed_room_is_not_swapped_for_another(line: Connection, changes: dict[str, object]) -> None:
    note_state(line, ALICE, board(["alice", "bob", "carol"], ["alice", "carol"]))
    other = replace(board(["alice", "bob", "mallory"], ["alice"], 2), **changes)
    assert "another #board than the one you know" in told(note_state(line, ALICE, other))[0][1]
    assert recipients_in(line, "#board", "alice") == ["bob", "carol"]


def test_a_closed_room_that_one_is_said_to_have_left_is_not_swapped_either(line: Connection) -> None:
    """Into another one of its name one comes only if one asks, and is told."""
    note_state(line, ALICE, board(["alice", "bob"], ["alice"]))
    note_rooms(line, "alice", ())
    other = open_room("alice", "mallory", room="#board")
    assert "another #board than the one you know" in told(note_state(line, ALICE, other))[0][1]
    assert recipients_in(line, "#board", "alice") == []
    note_asked(line, "#board")
    joined, warning = told(note_state(line, ALICE, other))
    assert joined == ("joined", "alice")
    assert warning == ("warning", "This is another #board than the one you were in.")


def test_an_open_room_is_not_swapped_for_a_closed_one(line: Connection) -> None:
    note_state(line, ALICE, open_room("alice", "bob", room="#board"))
    assert "another #board" in told(note_state(line, ALICE, board(["alice", "bob"], ["alice"])))[0][1]


def test_a_room_made_with_another_key_of_its_owners_is_not_entered(line: Connection) -> None:
    update_user(line, "bob", public_key=number(99, 32))
    note_asked(line, "#board")
    assert "another key of bob" in told(note_state(line, ALICE, board(["alice", "bob"], ["alice"])))[0][1]
    own = Identity("bob", "id", number(98, 32))
    assert "another key of bob" in told(note_state(line, own, board(["bob", "carol"], ["carol"])))[0][1]


def body(room: str) -> Body:
    return Body("text", "hello", (), TIME, room=room)


def test_a_line_has_its_place_where_one_is(line: Connection) -> None:
    direct = Body("text", "hello", ("alice",), TIME)
    note_state(line, ALICE, open_room("alice"))
    note_asked(line, "#soon")
    placed = place_lines(line, "bob", "alice", [body("#tea"), direct, body("#soon"), body("#other")])
    assert placed == [body("#tea"), direct, body("#soon"), direct]
    note_left(line, "#tea")
    assert place_lines(line, "bob", "alice", [body("#tea")]) == [direct]


def test_a_line_in_a_closed_room_is_of_one_who_was_invited(line: Connection) -> None:
    note_state(line, ALICE, board(["alice", "bob"], ["alice", "carol"]))
    update_user(line, "mallory", public_key=KEYS["mallory"])
    places = {name: place_lines(line, name, "alice", [body("#board")])[0].room for name in ("bob", "carol", "mallory")}
    assert places == {"bob": "#board", "carol": "#board", "mallory": ""}
    update_user(line, "carol", public_key=KEYS["mallory"])
    assert place_lines(line, "carol", "alice", [body("#board")])[0].room == ""


def test_asking_again_leaves_a_room_as_it_is(line: Connection) -> None:
    note_state(line, ALICE, open_room("alice", "bob"))
    before = find_room(line, "#tea")
    assert note_asked(line, "#tea") == before == find_room(line, "#tea")
    assert before is not None
    assert before.state == JOINED
    note_left(line, "#tea")
    note_asked(line, "#tea")
    row = find_room(line, "#tea")
    assert row is not None
    assert row.state == ASKED
