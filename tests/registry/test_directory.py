"""Who is told what: the same, byte for byte, whether somebody is away, hidden, or has blocked the asker."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import UserError
from chat.registry.directory import Directory, Lease
from chat.wire.codec import encode
from chat.wire.registry import MAX_NAMES, Presence, Revoked, Superseded, offline
from db.accounts import Account

Watcher = Lease


def account(name: str, key: bytes = b"") -> Account:
    return Account(name, f"{name}id", b"", key or name.encode().ljust(32, b"."), "")


def lease(
    name: str, *, watched: tuple[str, ...] = (), blocked: tuple[str, ...] = (), hidden: bool = False, key: bytes = b""
) -> Lease:
    return Lease(account(name, key), ("192.0.2.7",), 4711, hidden, set(blocked), set(watched), wakes(name))


woken: list[str] = []


def wakes(name: str) -> Callable[[], None]:
    return lambda: woken.append(name)


def online(name: str, port: int = 4711) -> Presence:
    return Presence(name, True, f"{name}id", name.encode().ljust(32, b"."), ("192.0.2.7",), port)


def gone(name: str) -> Presence:
    return offline(name, f"{name}id", name.encode().ljust(32, b"."))


class Place:
    """A directory, and bob, who watches alice."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.bob = lease("bob", watched=("alice",))
        assert self.directory.sign_in(self.bob) == []

    def mail(self) -> list[object]:
        return list(self.directory.take_mail(self.bob))

    def seen(self) -> tuple[object, ...]:
        """All that bob can learn now."""
        directory = self.directory
        answers = directory.find(account("alice"), "bob"), tuple(directory.findable("", "bob"))
        again = lease("bob", watched=("alice",))
        signed_in = tuple(directory.sign_in(again))
        self.bob = again
        return (*answers, signed_in)


def test_whom_the_end_of_the_registry_cuts_off_is_not_said_to_be_gone() -> None:
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    place.mail()
    place.directory.close()
    assert place.directory.sign_out(alice)
    assert place.mail() == []


def test_coming_and_going_is_pushed() -> None:
    place = Place()
    alice = lease("alice")
    woken.clear()
    place.directory.sign_in(alice)
    assert woken == ["bob"]
    assert place.mail() == [online("alice")]
    assert place.directory.sign_out(alice)
    assert place.mail() == [gone("alice")]
    assert len(place.directory) == 1


def test_who_is_there_already_is_in_the_answer() -> None:
    directory = Directory()
    there = [lease("alice"), lease("carol", hidden=True), lease("dave", blocked=("bob",))]
    for each in there:
        directory.sign_in(each)
    bob = lease("bob", watched=("alice", "carol", "dave", "eve"))
    assert directory.sign_in(bob) == [online("alice")]
    assert directory.take_mail(bob) == []
    for each in there:
        directory.sign_out(each)
    assert directory.take_mail(bob) == [gone("alice")]


def test_only_the_latest_is_pushed() -> None:
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    place.directory.set_hidden(alice, True)
    place.directory.set_hidden(alice, False, 9)
    assert place.mail() == [online("alice", 9)]


def test_hiding_is_as_leaving_and_showing_as_coming() -> None:
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    place.mail()
    place.directory.set_hidden(alice, True)
    assert place.mail() == [gone("alice")]
    assert place.directory.findable("", "bob") == ["bob"]
    assert place.directory.find(account("alice"), "bob") == gone("alice")
    place.directory.set_hidden(alice, False)
    assert place.mail() == [online("alice")]


def test_blocking_is_as_leaving_and_unblocking_as_coming() -> None:
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    place.mail()
    place.directory.set_blocked(alice, ["bob"], blocked=True)
    assert place.mail() == [gone("alice")]
    place.directory.set_hidden(alice, True)
    place.directory.set_hidden(alice, False)
    place.directory.sign_out(alice)
    assert place.mail() == []
    alice = lease("alice", blocked=("bob",))
    place.directory.sign_in(alice)
    assert place.mail() == []
    place.directory.set_blocked(alice, ["bob"], blocked=False)
    assert place.mail() == [online("alice")]


def test_an_unblock_tells_nobody_who_does_not_watch() -> None:
    place = Place()
    carol = lease("carol", blocked=("bob",))
    place.directory.sign_in(carol)
    place.directory.set_blocked(carol, ["bob"], blocked=False)
    assert place.mail() == []


def test_what_was_said_before_a_watch_ended_counts_no_more() -> None:
    """Else somebody blocked meanwhile would hear "gone" at the very moment when the other one comes."""
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    assert place.mail() == [online("alice")]
    place.directory.unwatch(place.bob, ["alice"])
    place.directory.sign_out(alice)
    place.directory.watch(place.bob, ["alice"])
    place.directory.sign_in(lease("alice", blocked=("bob",)))
    assert place.mail() == []


def test_what_takes_the_place_of_something_comes_last() -> None:
    """All of a room, said anew, is no older than who came into it meanwhile."""
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    revoked = Revoked("carol", b"k" * 32, "", b"")
    place.directory.tell(["bob"], "key", revoked)
    place.directory.set_hidden(alice, False, 9)
    assert place.mail() == [revoked, online("alice", 9)]


def never_came(_: Directory) -> None:
    """She is not there at all."""


def is_hidden(directory: Directory) -> None:
    directory.sign_in(lease("alice", hidden=True))


def has_blocked(directory: Directory) -> None:
    directory.sign_in(lease("alice", blocked=("bob",)))


def hid_afterwards(directory: Directory) -> None:
    alice = lease("alice", hidden=True)
    directory.sign_in(alice)
    directory.set_hidden(alice, True)


def blocks_and_does_much(directory: Directory) -> None:
    """Everything she can do while she blocks bob."""
    alice = lease("alice", blocked=("bob",), watched=("bob",))
    directory.sign_in(alice)
    directory.set_hidden(alice, True)
    directory.set_hidden(alice, False, 12)
    directory.watch(alice, ["carol"])
    directory.set_blocked(alice, ["bob", "carol"], blocked=True)
    directory.set_blocked(alice, ["carol"], blocked=False)
    directory.sign_in(lease("alice", blocked=("bob",)))  # from another place


@pytest.mark.parametrize("alice_does", [is_hidden, has_blocked, hid_afterwards, blocks_and_does_much])
def test_nothing_tells_the_blocked_from_the_offline(alice_does: Callable[[Directory], None]) -> None:
    blocked, away = Place(), Place()
    alice_does(blocked.directory)
    never_came(away.directory)
    assert blocked.mail() == away.mail() == []  # no push at all that someone away would not cause
    for one, other in zip(blocked.seen(), away.seen(), strict=True):
        assert one == other
        if isinstance(one, Presence) and isinstance(other, Presence):
            assert encode(one) == encode(other)


STEPS = st.lists(
    st.sampled_from(["sign in", "sign out", "hide", "show", "watch", "unwatch", "again", "new key"]), max_size=12
)


@given(STEPS)
def test_no_history_tells_the_blocked_from_the_offline(steps: list[str]) -> None:
    """Whatever alice and bob do: bob hears what he would if she had never come."""
    blocked, away = Place(), Place()
    alice = lease("alice", blocked=("bob",))
    for step in steps:
        match step:
            case "sign in":
                alice = lease("alice", blocked=("bob",))
                blocked.directory.sign_in(alice)
            case "sign out":
                blocked.directory.sign_out(alice)
            case "hide":
                blocked.directory.set_hidden(alice, True)
            case "show":
                blocked.directory.set_hidden(alice, False, 7)
            case "new key":
                blocked.directory.expel("alice")
        for place in (blocked, away):
            match step:
                case "watch":
                    place.directory.watch(place.bob, ["alice"])
                case "unwatch":
                    place.directory.unwatch(place.bob, ["alice"])
                case "again":
                    place.seen()
        assert blocked.mail() == away.mail()
    assert blocked.seen() == away.seen()


def test_the_newest_sign_in_supersedes() -> None:
    place = Place()
    older, newer = lease("alice"), lease("alice", key=b"n" * 32)
    place.directory.sign_in(older)
    place.mail()
    woken.clear()
    place.directory.sign_in(newer)
    assert place.directory.take_mail(older) == [Superseded(True)]
    assert "alice" in woken
    assert place.mail() == [Presence("alice", True, "aliceid", b"n" * 32, ("192.0.2.7",), 4711)]
    assert not place.directory.sign_out(older)
    assert place.directory.findable("a", "bob") == ["alice"]
    same = lease("alice", key=b"n" * 32)
    place.directory.sign_in(same)
    assert place.directory.take_mail(newer) == [Superseded(False)]


def test_what_a_superseded_lease_still_asks_moves_nobody() -> None:
    place = Place()
    older = lease("alice")
    place.directory.sign_in(older)
    place.directory.sign_in(lease("alice", blocked=("bob",)))
    place.mail()
    place.directory.set_hidden(older, True)
    place.directory.set_hidden(older, False)
    place.directory.set_blocked(older, ["bob"], blocked=True)
    place.directory.set_blocked(older, ["bob"], blocked=False)
    place.directory.watch(older, ["bob"])
    assert place.mail() == []
    assert older not in place.directory._watchers.get("bob", set())


def test_a_void_key_is_out_at_once() -> None:
    place = Place()
    alice = lease("alice")
    place.directory.sign_in(alice)
    place.mail()
    place.directory.expel("alice")
    assert place.directory.take_mail(alice) == [Superseded(True)]
    assert place.mail() == [gone("alice")]
    assert not place.directory.sign_out(alice)
    place.directory.expel("nobody")


def test_revocations_reach_the_watchers_each_of_them() -> None:
    place = Place()
    revoked = [Revoked("alice", bytes([i]) * 32, "2026", b"s" * 64) for i in range(2)]
    for each in revoked:
        place.directory.tell_of(each)
    place.directory.tell_of(Revoked("carol", b"c" * 32, "2026", b"s" * 64))
    assert place.mail() == revoked


def test_watching_later_and_no_more() -> None:
    place = Place()
    carol = lease("carol")
    place.directory.sign_in(carol)
    place.directory.watch(place.bob, ["carol", "nobody"])
    assert place.mail() == [online("carol")]
    place.directory.watch(place.bob, ["carol"])
    assert place.mail() == [online("carol")]
    place.directory.watch(place.bob, ["carol"])
    place.directory.unwatch(place.bob, ["carol", "nobody"])
    assert place.mail() == []  # also what waited to be said
    place.directory.sign_out(carol)
    assert place.mail() == []


def test_nobody_is_remembered_for_nothing() -> None:
    place = Place()
    place.directory.watch(place.bob, ["a", "b"])
    place.directory.sign_out(place.bob)
    assert place.directory._watchers == {}
    assert place.directory._leases == {}


def test_names_are_bounded() -> None:
    place = Place()
    many = [f"n{i}" for i in range(MAX_NAMES)]

    def block(lease: Lease, names: list[str]) -> None:
        place.directory.set_blocked(lease, names, blocked=True)

    for add in (place.directory.watch, block):
        add(place.bob, many[: MAX_NAMES - 2])
        with pytest.raises(UserError, match="at most 2000"):
            add(place.bob, ["x", "y", "z"])
        add(place.bob, ["x"])
    assert max(len(place.bob.watched), len(place.bob.blocked)) <= MAX_NAMES
    place.directory.set_blocked(place.bob, many, blocked=False)


def test_the_list_is_by_name_and_begins_so() -> None:
    directory = Directory()
    for name in ("carol", "alice", "albert", "bob"):
        directory.sign_in(lease(name))
    assert directory.findable("al", "bob") == ["albert", "alice"]
    assert directory.findable("", "bob") == ["albert", "alice", "bob", "carol"]
