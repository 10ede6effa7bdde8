"""What the registry says: someone who cannot be found looks the same, and statements are unambiguous."""

from hypothesis import given
from hypothesis import strategies as st

from chat.wire.codec import encode
from chat.wire.registry import FromClient, FromRegistry, Presence, offline, revocation_statement
from tests.wire.strategies import kinds

names = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,39}", fullmatch=True)
keys = st.binary(min_size=32, max_size=32)


def test_offline_tells_of_no_place() -> None:
    presence = offline("bob", "f00", b"k" * 32)
    assert presence == Presence("bob", False, "f00", b"k" * 32, (), 0)


def test_the_tags_of_the_two_directions_differ() -> None:
    """A message that is sent back to its sender is no message."""
    shared = {"Ping", "Pong"}
    tags = [kind.__struct_config__.tag for kind in {*kinds(FromClient), *kinds(FromRegistry)}]
    assert len(tags) == len(set(tags))
    assert {kind.__name__ for kind in set(kinds(FromClient)) & set(kinds(FromRegistry))} == shared


def test_every_request_and_every_answer_begins_with_its_number() -> None:
    pushes = {"Presence", "Revoked", "Superseded", "YourRooms", "RoomState", "RoomMember", "Ping", "Pong"}
    for kind in {*kinds(FromClient), *kinds(FromRegistry)}:
        assert (kind.__struct_fields__[:1] == ("request",)) == (kind.__name__ not in pushes)


@given(names, keys, names, keys)
def test_a_statement_is_about_one_key_of_one_person(name: str, key: bytes, other: str, other_key: bytes) -> None:
    same = (name, key) == (other, other_key)
    assert (revocation_statement(name, key, "2026") == revocation_statement(other, other_key, "2026")) == same


def test_the_statement_is_pinned() -> None:
    """Another wording would void every revocation that is stored."""
    expected = b"p2pchat revocation\0bob\0" + b"6b" * 32 + b"\x002026-01-01T00:00:00.000Z"
    assert revocation_statement("bob", b"k" * 32, "2026-01-01T00:00:00.000Z") == expected


def test_the_bytes_of_a_presence_are_pinned() -> None:
    assert encode(offline("bob", "f00", b"k" * 32)).hex() == "9720a3626f62c2a3663030c420" + "6b" * 32 + "9000"
