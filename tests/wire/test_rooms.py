"""What is signed about a closed room: nothing else has the same words."""

from hypothesis import given
from hypothesis import strategies as st

from chat.wire.codec import encode
from chat.wire.frames import MAX_REGISTRY_BYTES
from chat.wire.registry import MAX_ANSWER_BYTES
from chat.wire.rooms import MAX_MEMBERS, MAX_ROOMS, Guest, Invite, RoomState, guest_statement
from tests.wire.strategies import messages

lists = st.tuples(
    st.from_regex(r"#[a-z0-9][a-z0-9_.-]{0,5}", fullmatch=True),
    st.binary(min_size=16, max_size=16),
    st.integers(0, 2**63 - 1),
    st.lists(messages(Guest), max_size=3).map(tuple),
)


@given(lists, lists)
def test_a_statement_is_about_one_list_of_one_room(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    assert (guest_statement(*one) == guest_statement(*other)) == (one == other)


@given(lists)
def test_any_part_of_it_counts(one: tuple) -> None:  # type: ignore[type-arg]
    room, room_id, serial, guests = one
    others = [
        (room + "x", room_id, serial, guests),
        (room, bytes(byte ^ 1 for byte in room_id), serial, guests),
        (room, room_id, serial + 1, guests),
        (room, room_id, serial, (*guests, Guest("zoe", b"k" * 32))),
    ]
    assert guest_statement(*one) not in [guest_statement(*other) for other in others]


def test_the_statement_is_pinned() -> None:
    """Another wording would void every list that is stored."""
    expected = b"p2pchat guests\0#tea\0" + b"01" * 16 + b"\x007\0bob " + b"6b" * 32
    assert guest_statement("#tea", b"\1" * 16, 7, [Guest("bob", b"k" * 32)]) == expected


def test_the_largest_room_fits_into_its_frames() -> None:
    names = tuple(f"{number:x<40}" for number in range(MAX_MEMBERS))
    guests = tuple(Guest(name, b"k" * 32) for name in names)
    room, key = "#" + "r" * 40, b"k" * 32
    state = RoomState(room, b"i" * 16, names[0], key, True, "\U0001f375" * 200, 2**63 - 1, guests, b"s" * 64, names)
    assert len(encode(state)) * MAX_ROOMS < MAX_ANSWER_BYTES
    assert len(encode(Invite(1, room, 1, guests, b"s" * 64))) < MAX_REGISTRY_BYTES
