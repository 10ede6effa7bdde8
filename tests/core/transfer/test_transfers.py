"""The clerk: what is fetched next and for whom, what is answered to people and peers, and that it goes on."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core import events
from chat.core.file_journal import FilePolicy
from chat.core.transfer import transfers as transfers_module
from chat.core.transfer.carriage import PER_PERSON
from chat.core.transfer.ground import Ground
from chat.errors import StorageFailure, UserError
from chat.wire.messages import Ask, Cancelled, Declined, Done
from db.connection import Connection
from db.files import ACCEPTED, CANCELLED, DECLINED, DONE, FAILED, OFFERED, set_file_state
from tests.core.transfer.dealings import Friends, Held, make, row, send, told
from tests.people import PATIENCE_S, Person, Town, wait_until


def offered(village: Town) -> tuple[Person, Person, int, int]:
    """Alice offers a file to bob, who takes nothing unasked: the numbers that it has with each."""
    alice, bob = village.person("alice").start(), village.person("bob").start()
    send(alice, ["bob"], make(alice, "plan.pdf"))
    (offer,) = told(bob, "offered")
    alice.node.transfers.show_unfinished()
    (mine,) = told(alice, "offered", "out")
    return alice, bob, mine.number, offer.number


def put(person: Person, number: int, state: str, name: str, reason: str = "") -> None:
    person.node.writer.call(lambda tx: set_file_state(tx, number, name, state, reason=reason, path="/downloads/it"))


# What the person is answered


def test_a_number_that_there_is_not(village: Town) -> None:
    alice = village.person("alice").start()
    for ask in (alice.node.transfers.accept, alice.node.transfers.cancel):
        for number in (1, 2**63 - 1):
            with pytest.raises(UserError, match=f"No file has the number {number}: /transfers"):
                ask(number)


def test_one_that_one_sends_is_not_for_accepting(village: Town) -> None:
    alice, _, mine, _ = offered(village)
    with pytest.raises(UserError, match=f"You send number {mine} yourself: /cancel {mine} stops it"):
        alice.node.transfers.accept(mine)


ANSWERS = {
    ACCEPTED: "is on its way already",
    DONE: "is complete: /downloads/it",
    CANCELLED: "was cancelled: alice does not send it any more",
}


def test_too_late_for_accepting(village: Town) -> None:
    alice, bob, _, number = offered(village)
    alice.stop()
    for state, answer in ANSWERS.items():
        put(bob, number, state, "alice", "alice does not send it any more" if state == CANCELLED else "")
        with pytest.raises(UserError, match=rf"^Number {number}, alice's plan.pdf, {answer}\.$"):
            bob.node.transfers.accept(number)


@pytest.mark.parametrize("state", [DECLINED, FAILED])
def test_in_time_for_accepting_after_all(village: Town, state: str) -> None:
    _, bob, _, number = offered(village)
    put(bob, number, state, "alice")
    bob.node.transfers.accept(number)
    told(bob, "done")


TOO_LATE = {
    DONE: "is complete",
    DECLINED: "was declined",
    CANCELLED: "was cancelled",
    FAILED: "failed: it was moved",
}


def test_too_late_for_cancelling(village: Town) -> None:
    alice, bob, mine, number = offered(village)
    for state, answer in TOO_LATE.items():
        for person, its_number, name in ((alice, mine, "bob"), (bob, number, "alice")):
            put(person, its_number, state, name, "it was moved" if state == FAILED else "")
            with pytest.raises(UserError, match=answer):
                person.node.transfers.cancel(its_number)


def test_cancelling_stops_it_for_all_who_do_not_have_it(friends: Friends) -> None:
    alice, bob = friends("alice", "bob")
    carol, dave = friends("carol", "dave")
    send(alice, ["bob", "carol", "dave"], make(alice, "plan.pdf"))
    told(bob, "done")
    (offer,) = told(carol, "offered")
    told(dave, "offered")
    told(alice, "done", "out")
    alice.node.transfers.show_unfinished()
    number = told(alice, "offered", "out")[0].number
    alice.node.transfers.cancel(number)
    told(carol, "cancelled")
    told(dave, "cancelled")
    assert sorted(status for *_, status in alice.statuses()) == ["cancelled", "cancelled", "sent"]
    with pytest.raises(UserError, match="was cancelled: alice does not send it any more"):
        carol.node.transfers.accept(offer.number)


def test_the_list_has_what_waits_and_what_runs(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = friends("alice", "bob")
    held = Held(monkeypatch)
    send(alice, ["bob"], make(alice, "first"))
    wait_until(lambda: bool(held.begun), "it comes")
    bob.inbox.all.clear()
    bob.node.transfers.show_unfinished()
    (shown,) = bob.inbox.of(events.Transfer)
    assert (shown.state, shown.direction, shown.name, shown.bytes, shown.total) == ("running", "in", "alice", 0, 1000)
    held.let_go()
    told(bob, "done")
    bob.inbox.all.clear()
    bob.node.transfers.show_unfinished()
    assert bob.inbox.of(events.Transfer) == []


def test_both_sides_see_how_far_it_is(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.core.transfer.running.REPORT_EVERY_S", 0.0)
    alice, bob = friends("alice", "bob")
    send(alice, ["bob"], make(alice, "film", 3_000_000))
    for person, direction in ((bob, "in"), (alice, "out")):
        told(person, "done", direction)
        steps = told(person, "running", direction)
        assert [step.bytes for step in steps] == sorted(step.bytes for step in steps)
        assert steps[-1].bytes == steps[-1].total == 3_000_000
        assert steps[-1].rate > 0
        assert steps[-1].seconds_left == 0


# What peers are answered


class Heard:
    """What a person's node says about files, to whom."""

    def __init__(self, person: Person) -> None:
        self.all: list[tuple[str, object]] = []
        ground = person.node.transfers._ground
        object.__setattr__(ground, "tell", lambda name, message: self.all.append((name, message)))  # it is frozen


ID, DIGEST = bytes(range(16)), bytes(32)


def test_what_became_of_it(village: Town) -> None:
    alice, bob, _, number = offered(village)
    message_id, digest = row(bob, number).message_id, row(bob, number).digest
    alice.stop()
    heard = Heard(bob)
    for state in (OFFERED, ACCEPTED, DONE, DECLINED, CANCELLED, FAILED):
        heard.all.clear()
        put(bob, number, state, "alice")
        for about in (ID, message_id):
            bob.node.about_file("alice", Ask(about))
        bob.node.about_file("mallory", Ask(message_id))
        settle(bob)
        answers = {DONE: [Done(message_id, bytes(digest))], OFFERED: [], ACCEPTED: []}
        assert heard.all == [("alice", answer) for answer in answers.get(state, [Declined(message_id)])], state


def hold(busy: threading.Event) -> None:
    """Keep the clerk busy."""
    assert busy.wait(PATIENCE_S)


def settle(person: Person) -> None:
    """Until the clerk did all that was there."""
    done = threading.Event()
    person.node.transfers._post(done.set)
    assert done.wait(PATIENCE_S)


def test_others_words_about_ones_files_count_for_nothing(village: Town) -> None:
    alice, bob, mine, number = offered(village)
    message_id, digest = row(bob, number).message_id, row(bob, number).digest
    for message in (Done(message_id, bytes(digest)), Declined(message_id), Cancelled(message_id)):
        alice.node.about_file("mallory", message)
        bob.node.about_file("mallory", message)
    alice.node.about_file("bob", Done(message_id, DIGEST))  # of other content
    bob.node.about_file("alice", Declined(message_id))  # bob sends nothing
    alice.node.about_file("bob", Cancelled(message_id))
    settle(alice)
    settle(bob)
    assert row(alice, mine).state == row(bob, number).state == OFFERED


def test_who_says_too_much_is_not_heard_and_the_others_are(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers_module, "WAITING_PER_PERSON", 5)
    alice, _, mine, _ = offered(village)
    message_id = row(alice, mine).message_id
    busy = threading.Event()
    alice.node.transfers._post(lambda: hold(busy))
    for _ in range(1000):
        alice.node.about_file("mallory", Ask(ID))
    alice.node.about_file("bob", Declined(message_id))
    assert len(alice.node.transfers._tasks) <= 7
    busy.set()
    told(alice, "cancelled", "out")
    alice.node.about_file("mallory", Ask(ID))  # later is another matter
    assert alice.node.transfers._waiting["mallory"] <= 1


def test_one_fault_is_told_and_the_rest_is_done(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, _, mine, _ = offered(village)
    busy = threading.Event()
    clerk = alice.node.transfers
    clerk._post(lambda: hold(busy))

    def fail() -> None:
        raise UserError("The first of them fails.")

    def fault() -> None:
        raise ZeroDivisionError

    faults: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: faults.append(told.exc_type))
    clerk._post(fail)
    clerk._post(fault)
    alice.node.about_file("bob", Declined(row(alice, mine).message_id))
    busy.set()
    told(alice, "cancelled", "out")
    assert events.Warn(message="The first of them fails.") in alice.inbox.of(events.Warn)
    assert faults == [ZeroDivisionError]


# What is fetched next


def test_without_its_database_the_clerk_waits(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not ask, and warn, over and over; and goes on with what is due once there is an answer."""
    alice, bob = friends("alice", "bob")
    clerk = bob.node.transfers
    away = threading.Event()

    def fail(ground: Ground, question: Callable[[Connection], object]) -> object:
        if threading.current_thread() is clerk._thread and away.is_set():
            raise StorageFailure("The database is away.")
        return read(ground, question)

    read = Ground.read
    monkeypatch.setattr(Ground, "read", fail)
    held = Held(monkeypatch)
    send(alice, ["bob"], make(alice, "it"))
    wait_until(lambda: len(held.begun) == 1, "it comes")
    for due in (None, 0.0):  # which is when it would look again
        away.set()
        clerk._due = due
        clerk._post(lambda: None)
        wait_until(lambda: (clerk._timeout() or 0.0) > 1.0, "it waits before it looks again")
        away.clear()
        clerk._post(lambda: None)
        wait_until(lambda: clerk._timeout() is None, "it has looked")
    held.let_go()
    told(bob, "done")


def test_slow_files_of_one_leave_room_for_the_others(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, carol, bob = friends("alice", "carol", "bob")
    held = Held(monkeypatch, "alice")
    for number in range(12):
        send(alice, ["bob"], make(alice, f"slow {number}"))
    wait_until(lambda: len(held.begun) == PER_PERSON, "they come")
    send(carol, ["bob"], make(carol, "quick"))
    (done,) = told(bob, "done")
    assert done.name == "carol"
    assert len([each for each in held.begun if each.name == "alice"]) == PER_PERSON
    held.let_go()
    told(bob, "done", count=13)


def test_the_clerk_sleeps_while_there_is_nothing_to_begin(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even looking at the clock: what ends, or comes, wakes it."""
    alice, bob = friends("alice", "bob")
    held = Held(monkeypatch)
    for number in range(6):
        send(alice, ["bob"], make(alice, f"slow {number}"))
    wait_until(lambda: len(held.begun) == PER_PERSON, "they come")
    told(bob, "offered", count=6)
    settle(bob)
    settle(bob)
    assert bob.node.transfers._timeout() is None
    held.let_go()
    told(bob, "done", count=6)


def test_limits_that_the_person_set(village: Town) -> None:
    alice, bob = village.person("alice").start(), village.person("bob")
    bob.start(files=FilePolicy(each_bytes=1000, daily_bytes=1500))
    bob.node.people.add("alice", None)
    for name, size in (("one", 1001), ("two", 1000), ("three", 501), ("four", 500)):
        send(alice, ["bob"], make(alice, name, size))
    assert {Path(event.path).name for event in told(bob, "done", count=2)} == {"alice's two", "alice's four"}
    assert [event.file for event in told(bob, "offered", count=4) if event.total in (1001, 501)] == [
        "alice's one",
        "alice's three",
    ]


def test_an_accepted_file_is_fetched_after_a_restart(village: Town) -> None:
    alice, bob, _, number = offered(village)
    alice.stop()
    bob.node.transfers.accept(number)
    bob.stop()
    alice.start()
    bob.start()
    told(bob, "done")
    told(alice, "done", "out")
