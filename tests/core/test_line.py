"""The line to the registry: what is believed of what it says, and what ends it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import Queue

import pytest

from chat.core import backoff, events
from chat.core import line as line_module
from chat.core.credentials import Credentials
from chat.core.home import Home
from chat.core.line import Line, LineEvents, SignInFacts
from chat.errors import ChatError, NetworkError, StorageFailure
from chat.registry.authority import Authority
from chat.wire import registry as wire
from chat.wire.pulse import Pulse
from chat.wire.registry import Presence
from tests.core.homes import an_authority, settle
from tests.false_registry import Caller, false_registry, server
from tests.people import PATIENCE_S, Town, wait_until


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return an_authority(tmp_path / "authority")


class Told:
    """What a line tells, in order."""

    def __init__(self) -> None:
        self.presences: Queue[Presence] = Queue()
        self.lost: Queue[tuple[ChatError, bool]] = Queue()
        self.events = LineEvents(
            signed_in=lambda: None,
            lost=lambda error, final: self.lost.put((error, final)),
            presence=self.presences.put,
            revoked=lambda _: None,
            room=lambda _: None,
        )


@contextmanager
def line_to(
    authority: Authority, folder: Path, script: Callable[[Caller], None], *, before: Callable[[Line], object] = id
) -> Iterator[tuple[Line, Told]]:
    """Alice's line to a registry that signs her in and does as `script` says; `before` is done before it starts."""
    home = Home(folder / "alice")
    credentials = Credentials(home, settle(home, authority))

    def serve(caller: Caller) -> None:
        caller.hear(wire.SignIn)
        caller.say(wire.SignedIn(0, authority.certify(credentials.identity), "192.0.2.7", (there("bob"),)))
        script(caller)

    told = Told()
    with false_registry(authority, serve) as address:
        line = Line(address, credentials, lambda: SignInFacts(0, (), False, (), ("bob",)), told.events)
        before(line)
        line.start()
        try:
            yield line, told
        finally:
            line.stop()


def there(name: str) -> Presence:
    return Presence(name, True, "b0b", b"k" * 32, ("192.0.2.1",), 4711)


def test_who_is_watched_no_more_is_not_there_for_ever(authority: Authority, tmp_path: Path) -> None:
    """What is pushed until the answer counts, and is forgotten with it."""

    def script(caller: Caller) -> None:
        request = caller.hear(wire.Unwatch)
        caller.say(there("bob"))
        caller.say(wire.Done(request.request))
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script) as (line, told):
        assert line.wait_first_try()
        assert set(line.roster) == {"bob"}
        line.tell(lambda number: wire.Unwatch(number, ("bob", "carol")))
        assert not line.roster
        assert [told.presences.get(timeout=PATIENCE_S).online for _ in range(2)] == [True, False]


def test_removed_and_added_again_somebody_is_there_only_if_so(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    alice.node.people.add("bob", None)
    wait_until(lambda: alice.node.is_online("bob"), "bob is there")
    alice.node.people.remove("bob")
    bob.stop()
    alice.node.people.add("bob", None)
    assert not alice.node.is_online("bob")
    bob.start()
    alice.inbox.wait_for(events.PresenceChanged, lambda event: event.online)


def test_a_registry_that_names_people_without_end_is_left(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_NAMES", 20)
    monkeypatch.setattr(backoff, "FIRST_S", 100.0)

    def script(caller: Caller) -> None:
        for number in range(30):
            caller.say(there(f"bob{number}"))
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script) as (line, told):
        error, final = told.lost.get(timeout=PATIENCE_S)
        assert "more people" in str(error)
        assert not final
        assert len(line.roster) <= 21


def test_whoever_has_left_takes_no_room(authority: Authority, tmp_path: Path) -> None:
    def script(caller: Caller) -> None:
        caller.say(wire.offline("bob", "b0b", b"k" * 32))
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script) as (line, told):
        assert not told.presences.get(timeout=PATIENCE_S).online
        assert not line.roster


@pytest.mark.parametrize("garbage", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"\0\0\0\2\x91\x63"])
def test_garbage_ends_the_line_and_it_is_tried_again(authority: Authority, tmp_path: Path, garbage: bytes) -> None:
    calls: Queue[int] = Queue()

    def script(caller: Caller) -> None:
        calls.put(caller.number)
        if caller.number == 1:
            caller.send(garbage)
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script) as (line, told):
        assert not told.lost.get(timeout=PATIENCE_S)[1]
        assert [calls.get(timeout=PATIENCE_S) for _ in range(2)] == [1, 2]
        wait_until(lambda: line.signed_in, "the line is up again")


def test_a_fault_of_ours_breaks_the_line_and_it_is_tried_again(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread would end, and the roster of that moment be shown for ever."""

    def script(caller: Caller) -> None:
        caller.say(there("carol" if caller.number == 1 else "dora"))
        caller.wait_for_the_end()

    note = Line._note

    def noting(line: Line, presence: Presence) -> None:
        if presence.name == "carol":
            raise ValueError("a fault of ours")
        note(line, presence)

    monkeypatch.setattr(Line, "_note", noting)
    with line_to(authority, tmp_path, script) as (_, told):
        error, final = told.lost.get(timeout=PATIENCE_S)
        assert "ValueError: a fault of ours" in str(error)
        assert not final
        assert told.presences.get(timeout=PATIENCE_S).name == "dora"


def test_one_that_breaks_at_each_sign_in_is_tried_less_and_less(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when our own database is away: the registry and the person would hear of it twice a second."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.001)

    def fail() -> None:
        raise StorageFailure("The database is away.")

    def failing(line: Line) -> None:
        line._events = replace(line._events, signed_in=fail)
        monkeypatch.setattr(line._backoff, "failed", partial(note, line._backoff, line._backoff.failed))

    def note(tries: backoff.Backoff, failed: Callable[[float], None], now: float) -> None:
        failed(now)
        delays.put(tries._delay)

    delays: Queue[float] = Queue()
    with line_to(authority, tmp_path, Caller.wait_for_the_end, before=failing):
        found = [delays.get(timeout=PATIENCE_S) for _ in range(4)]
    assert found == sorted(set(found))


def test_the_certificate_is_renewed_now_and_then(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "RENEW_EVERY_S", 0.01)
    numbers: Queue[int] = Queue()

    def script(caller: Caller) -> None:
        for _ in range(2):
            numbers.put(caller.hear(wire.Renew).request)
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script):
        first, second = (numbers.get(timeout=PATIENCE_S) for _ in range(2))
    assert first < second


def test_a_registry_that_falls_silent_is_left(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line may be dead without a word, as with a machine that is switched off."""
    monkeypatch.setattr(Pulse, "is_dead", lambda _, __: True)
    with line_to(authority, tmp_path, Caller.wait_for_the_end) as (_, told):
        error, final = told.lost.get(timeout=PATIENCE_S)
    assert "fell silent" in str(error)
    assert not final


def test_answers_that_nobody_asked_for_are_passed_over(authority: Authority, tmp_path: Path) -> None:
    def script(caller: Caller) -> None:
        for number in (0, 99, 2**63 - 1):
            caller.say(wire.Found(number, there("mallory")))
            caller.say(wire.Failed(number, "no"))
        request = caller.hear(wire.Who)
        caller.say(wire.Listing(request.request, ("bob",), False))
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script) as (line, _):
        assert line.wait_first_try()
        assert line.ask(lambda number: wire.Who(number, ""), wire.Listing).names == ("bob",)
        assert set(line.roster) == {"bob"}


def test_what_is_told_before_the_sign_in_is_in_that(authority: Authority, tmp_path: Path) -> None:
    """Said once more after it, it would undo what was told since."""

    def script(caller: Caller) -> None:
        request = caller.hear(wire.Who)
        caller.say(wire.Listing(request.request, (), False))
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script, before=lambda line: line.tell(wire.Hide)) as (line, _):
        assert line.wait_first_try()
        line.ask(lambda number: wire.Who(number, ""), wire.Listing)


def test_who_asks_while_the_line_breaks_is_told_at_once(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "ASK_TIMEOUT_S", 10_000.0)

    def script(caller: Caller) -> None:
        caller.hear(wire.Who)  # and hang up

    with line_to(authority, tmp_path, script) as (line, _):
        assert line.wait_first_try()
        with pytest.raises(NetworkError, match="broke"):
            line.ask(lambda number: wire.Who(number, ""), wire.Listing)


def test_who_is_not_let_in_is_told_why_and_it_is_not_tried_again(authority: Authority, tmp_path: Path) -> None:
    def refuse(caller: Caller) -> None:
        caller.hear(wire.SignIn)
        caller.say(wire.Failed(0, "The key of this one is void."))
        caller.wait_for_the_end()

    home, told = Home(tmp_path / "alice"), Told()
    credentials = Credentials(home, settle(home, authority))
    with false_registry(authority, refuse) as address:
        line = Line(address, credentials, lambda: SignInFacts(0, (), False, (), ()), told.events)
        line.start()
        assert not line.wait_first_try()
        error, final = told.lost.get(timeout=PATIENCE_S)
        assert (str(error), final) == ("The key of this one is void.", True)
        line.stop()


def test_another_registrys_certificate_for_somebody_else_ends_it_for_good(authority: Authority, tmp_path: Path) -> None:
    def script(caller: Caller) -> None:
        other = Home(tmp_path / "other")
        mallory = Credentials(other, settle(other, authority, "mallory", "ma1")).identity
        caller.say(wire.Renewed(5, authority.certify(mallory)))
        caller.wait_for_the_end()

    with line_to(authority, tmp_path, script) as (line, told):
        error, final = told.lost.get(timeout=PATIENCE_S)
        assert final
        assert "not ours" in str(error)
        assert not line.signed_in


@pytest.mark.timeout(60)
def test_ending_does_not_wait_for_a_registry_that_does_not_answer(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "CONNECT_TIMEOUT_S", 10_000.0)
    called, ended = threading.Event(), threading.Event()

    def silent(_: socket.socket, __: int) -> None:
        called.set()
        assert ended.wait(PATIENCE_S)

    home = Home(tmp_path / "alice")
    credentials = Credentials(home, settle(home, authority))
    with server(silent) as address:
        line = Line(address, credentials, lambda: SignInFacts(0, (), False, (), ()), Told().events)
        line.start()
        assert called.wait(PATIENCE_S)
        line.stop()
        ended.set()
