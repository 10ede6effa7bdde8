"""Who gets which file, how many at once, and what comes of lies, cuts and changes of mind."""

import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chat.core import backoff, events, node
from chat.core.transfer import carriage
from chat.core.transfer.carriage import PER_PERSON
from chat.core.transfer.part import PartFile, part_name
from chat.core.transfer.running import Running, receive_file
from chat.core.transfer.speaking import RefusedByPeer, expect, say
from chat.errors import ChatError
from chat.net.bulk import BulkConnection
from chat.net.threads import start_thread
from chat.wire.messages import Want
from chat.wire.transfer import Fetch, Offer, Refused, Sending, Why
from tests.core.transfer.dealings import MUCH, Friends, Held, call, make, row, send, told
from tests.people import PATIENCE_S, Person, Town, wait_until


def refusal(connection: BulkConnection) -> Refused:
    with pytest.raises(RefusedByPeer) as refused:
        expect(connection, Sending)
    connection.close()
    return refused.value.refusal


def fetched(connection: BulkConnection, message_id: bytes, offset: int = 0) -> bytes:
    say(connection, Fetch(message_id, offset))
    data = connection.receive_exactly(expect(connection, Sending).length)
    connection.close()
    return data


def strangers(village: Town, *names: str) -> list[Person]:
    """Nobody takes anything unasked."""
    return [village.person(name).start() for name in names]


# Who gets what


def test_a_file_is_given_to_those_it_was_sent_to_and_to_nobody_else(village: Town) -> None:
    alice, bob, carol = strangers(village, "alice", "bob", "carol")
    path = make(alice, "secret")
    message_id = send(alice, ["bob"], path)
    told(bob, "offered")
    carols = call(carol, "alice")
    say(carols, Fetch(message_id, 0))
    assert refusal(carols).why is Why.LATER
    assert fetched(call(bob, "alice"), message_id) == path.read_bytes()
    assert fetched(call(bob, "alice"), message_id, 990) == path.read_bytes()[990:]


def test_what_was_cancelled_is_given_to_nobody(village: Town) -> None:
    alice, bob = strangers(village, "alice", "bob")
    message_id = send(alice, ["bob"], make(alice, "it"))
    (offer,) = told(bob, "offered")
    alice.node.transfers.cancel(_number(alice, message_id))
    connection = call(bob, "alice")
    say(connection, Fetch(message_id, 0))
    assert refusal(connection) == Refused(Why.GONE, "cancelled")
    assert offer.state == "offered"


def _number(person: Person, message_id: bytes) -> int:
    rows = person.node.people.read(lambda connection: connection.query("SELECT ordinal, message_id FROM File"))
    return next(int(ordinal) for ordinal, found in rows if bytes(found) == message_id)


def test_nobody_can_press_a_file_on_somebody(village: Town) -> None:
    """Offered and not accepted, or never spoken of: it is not taken."""
    alice, bob = strangers(village, "alice", "bob")
    message_id = send(alice, ["bob"], make(alice, "it"))
    told(bob, "offered")
    for offered, why in ((message_id, Why.GONE), (bytes(16), Why.LATER)):
        connection = call(alice, "bob")
        say(connection, Offer(offered))
        assert refusal(connection).why is why
    assert not bob.home.downloads.exists()


@pytest.mark.parametrize("said", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02\x91\x09"])
def test_rubbish_ends_that_connection_only(village: Town, said: bytes) -> None:
    alice, bob = strangers(village, "alice", "bob")
    path = make(alice, "it")
    message_id = send(alice, ["bob"], path)
    told(bob, "offered")
    rogue = call(bob, "alice")
    rogue.send(said)
    with pytest.raises(ChatError):
        rogue.receive_exactly(1)
    assert fetched(call(bob, "alice"), message_id) == path.read_bytes()


def test_more_than_there_is(village: Town) -> None:
    alice, bob = strangers(village, "alice", "bob")
    message_id = send(alice, ["bob"], make(alice, "it"))
    told(bob, "offered")
    rogue = call(bob, "alice")
    say(rogue, Fetch(message_id, 2**63 - 1))
    with pytest.raises(ChatError):
        rogue.receive_exactly(1)


# How many at once


def test_one_person_has_a_few_places_and_the_others_have_theirs(village: Town) -> None:
    """Who fetches much and reads nothing takes neither the others' places nor those of newcomers to the chat."""
    alice, bob, carol = strangers(village, "alice", "bob", "carol")
    ids = [send(alice, ["bob"], make(alice, f"film {n}", MUCH)) for n in range(PER_PERSON + 1)]
    told(bob, "offered", count=len(ids))
    calls = [call(bob, "alice") for _ in ids]
    for connection, message_id in zip(calls[:-1], ids, strict=False):
        say(connection, Fetch(message_id, 0))
        expect(connection, Sending)
    say(calls[-1], Fetch(ids[-1], 0))
    assert refusal(calls[-1]) == Refused(Why.LATER, "not now")
    path = make(alice, "for carol")
    message_id = send(alice, ["carol"], path)
    told(carol, "offered")
    assert fetched(call(carol, "alice"), message_id) == path.read_bytes()
    wait_until(lambda: not alice.node._doorway._door._places._taken, "they are no strangers")
    for connection in calls:
        connection.close()
    wait_until(lambda: not alice.node.transfers._carriage.running, "the places are free again")


def test_the_same_file_is_given_once_at_a_time(village: Town) -> None:
    alice, bob = strangers(village, "alice", "bob")
    message_id = send(alice, ["bob"], make(alice, "film", MUCH))
    told(bob, "offered")
    first, second = call(bob, "alice"), call(bob, "alice")
    say(first, Fetch(message_id, 0))
    expect(first, Sending)
    say(second, Fetch(message_id, 0))
    assert refusal(second).why is Why.LATER
    first.close()


def test_a_thousand_wishes_are_no_thousand_threads(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = strangers(village, "alice", "bob")
    path = make(alice, "it")
    message_id = send(alice, ["bob"], path)
    told(bob, "offered")
    threads: list[threading.Thread] = []
    most: list[int] = []

    def start(*arguments: Any) -> threading.Thread:
        threads.append(start_thread(*arguments))
        most.append(sum(thread.is_alive() for thread in threads))
        return threads[-1]

    monkeypatch.setattr(carriage, "start_thread", start)
    for number in range(1000):
        bob.node._switchboard.tell("alice", Want(message_id if number % 2 else bytes(16)))
    bob.node.transfers.accept(told(bob, "offered")[0].number)
    (done,) = told(bob, "done")
    assert Path(done.path).read_bytes() == path.read_bytes()
    assert max(most) <= PER_PERSON + 1  # one may be about to end


def test_without_a_thread_it_is_tried_again(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = friends("alice", "bob")
    tries: list[str] = []

    def start(target: Any, name: str, *arguments: Any) -> threading.Thread:
        tries.append(name)
        if len(tries) == 1:
            raise RuntimeError("can't start new thread")
        return start_thread(target, name, *arguments)

    monkeypatch.setattr(carriage, "start_thread", start)
    send(alice, ["bob"], make(alice, "it"))
    told(bob, "done")
    assert len(tries) > 1


def test_after_the_end_nothing_is_begun(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = strangers(village, "alice", "bob")
    send(alice, ["bob"], make(alice, "it"))
    (offer,) = told(bob, "offered")
    begun: list[str] = []
    monkeypatch.setattr(carriage, "start_thread", lambda _, name, *__: begun.append(name))
    bob.node.transfers._carriage.close()
    bob.node.transfers._carriage.pull(row(bob, offer.number))
    assert begun == []


def test_one_that_came_meanwhile_is_not_fetched_again(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place among those under way is given by a word of the table that may be old by then."""
    alice, bob = friends("alice", "bob")
    send(alice, ["bob"], make(alice, "it"))
    (done,) = told(bob, "done")
    wait_until(lambda: not bob.node.transfers._carriage.running, "it has ended")
    opened: list[object] = []
    monkeypatch.setattr(carriage, "PartFile", lambda *arguments: opened.append(arguments))
    bob.node.transfers._carriage._take(Running(row(bob, done.number), lambda _: None))
    assert opened == []


# Lies


def swapped(person: Person, number: int, path: Path, **changes: int) -> None:
    """Have the sender give another file than was announced, as if it were that one."""
    stat = path.stat()
    stamp = f"{stat.st_dev}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}"
    values: dict[str, str | int] = {"path": str(path), "stamp": stamp, **changes}
    assignments = ", ".join(f"{key} = ?" for key in values)
    person.node.writer.call(
        lambda tx: tx.execute(f"UPDATE File SET {assignments} WHERE ordinal = ?", (*values.values(), number))
    )


def test_a_digest_that_never_fits(village: Town) -> None:
    alice, bob = strangers(village, "alice", "bob")
    path = make(alice, "it")
    message_id = send(alice, ["bob"], path)
    (offer,) = told(bob, "offered")
    number = _number(alice, message_id)
    swapped(alice, number, make(alice, "lie"))
    bob.node.transfers.accept(offer.number)
    (failed,) = told(bob, "failed")
    assert "never had the digest" in failed.reason
    assert list(bob.home.downloads.iterdir()) == []
    swapped(alice, number, path)
    bob.node.transfers.accept(offer.number)  # it may be tried again
    (done,) = told(bob, "done")
    assert Path(done.path).read_bytes() == path.read_bytes()


def test_what_an_earlier_attempt_left_may_be_wrong(village: Town) -> None:
    """The disk, or somebody else, changed it: it is begun anew."""
    alice, bob = strangers(village, "alice", "bob")
    path = make(alice, "it")
    message_id = send(alice, ["bob"], path)
    (offer,) = told(bob, "offered")
    bob.home.downloads.mkdir()
    (bob.home.downloads / part_name("alice", message_id)).write_bytes(bytes(500))
    bob.node.transfers.accept(offer.number)
    (done,) = told(bob, "done")
    assert Path(done.path).read_bytes() == path.read_bytes()


def test_a_size_that_does_not_fit(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for again and again, with pauses; not a byte of it is kept."""
    alice, bob = strangers(village, "alice", "bob")
    message_id = send(alice, ["bob"], make(alice, "it"))
    (offer,) = told(bob, "offered")
    swapped(alice, _number(alice, message_id), make(alice, "more", 5000), size=5000)
    held = Held(monkeypatch)
    held.let_go()
    bob.node.transfers.accept(offer.number)
    wait_until(lambda: len(held.begun) > 1, "tried again")
    assert all(path.stat().st_size == 0 for path in bob.home.downloads.iterdir())
    assert row(bob, offer.number).state == "accepted"
    bob.node.transfers.cancel(offer.number)
    assert list(bob.home.downloads.iterdir()) == []


def test_whether_a_file_is_here_is_not_told_to_who_only_knows_its_digest(friends: Friends) -> None:
    """Carol's file came; whoever offers one of the same digest must have it, to be told that it is there."""
    alice, carol, bob = friends("alice", "carol", "bob")
    carols = make(carol, "leak")
    send(carol, ["bob"], carols)
    (first,) = told(bob, "done")
    mine = make(alice, "leak")
    mine.write_bytes(carols.read_bytes())
    bob.stop()
    send(alice, ["bob"], mine)
    mine.unlink()
    bob.start()
    told(alice, "failed", "out")
    assert [status for *_, status in alice.statuses()] == ["failed"]
    assert Path(first.path).read_bytes() == carols.read_bytes()


def test_the_same_content_of_another_is_fetched_and_kept_once(friends: Friends) -> None:
    alice, carol, bob = friends("alice", "carol", "bob")
    path = make(carol, "it", 100_000)
    send(carol, ["bob"], path)
    told(bob, "done")
    send(alice, ["bob"], path)
    first, second = told(bob, "done", count=2)
    assert first.path == second.path
    assert list(bob.home.downloads.iterdir()) == [Path(first.path)]


def test_two_people_may_send_files_in_messages_of_one_id(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever got the same message knows its id, and could write into the file of another with it."""
    alice, carol, bob = friends("alice", "carol", "bob")
    monkeypatch.setattr(node, "new_message_id", lambda: bytes(range(16)))
    held = Held(monkeypatch)
    paths = [make(person, "it", size) for person, size in ((alice, 3_000_000), (carol, 1_000_000))]
    for person, path in zip((alice, carol), paths, strict=True):
        send(person, ["bob"], path)
    wait_until(lambda: len(held.begun) == len(paths), "both come")
    held.let_go()
    came = {event.name: event.path for event in told(bob, "done", count=len(paths))}
    assert [Path(came[name]).read_bytes() for name in ("alice", "carol")] == [path.read_bytes() for path in paths]
    assert bob.inbox.of(events.Warn) == []


# Changes of mind


def test_cancelled_while_it_comes(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = friends("alice", "bob")
    held = Held(monkeypatch)
    message_id = send(alice, ["bob"], make(alice, "film", MUCH))
    wait_until(lambda: bool(held.begun), "it comes")
    bob.node.transfers.cancel(held.begun[0].ordinal)
    held.let_go()
    told(alice, "cancelled", "out")
    wait_until(lambda: not bob.node.transfers._carriage.running, "it has ended")
    assert list(bob.home.downloads.iterdir()) == []
    assert row(bob, held.begun[0].ordinal).state == row(alice, _number(alice, message_id)).state == "declined"


def test_cancelled_when_the_last_byte_is_in(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    """The word of the table at that moment counts: declined stays declined."""
    alice, bob = friends("alice", "bob")

    def receive(*arguments: Any) -> bytes:
        digest = receive_file(*arguments)
        bob.node.transfers.cancel(arguments[0].row.ordinal)
        return digest

    monkeypatch.setattr(carriage, "receive_file", receive)
    send(alice, ["bob"], make(alice, "it"))
    told(alice, "cancelled", "out")
    wait_until(lambda: not bob.node.transfers._carriage.running, "it has ended")
    assert list(bob.home.downloads.iterdir()) == []
    assert [event.state for event in bob.inbox.of(events.Transfer)][-1] == "cancelled"
    assert bob.inbox.of(events.Warn) == []


@pytest.mark.parametrize("moment", ["sync", "place"])
def test_cancelled_while_it_is_put_in_its_place(friends: Friends, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Which takes as long as the disk has to write: it is not there under any name, and nothing is complained of."""
    alice, bob = friends("alice", "bob")
    act = getattr(PartFile, moment)

    def cancelled(part: PartFile, *arguments: Any) -> Any:
        done = act(part, *arguments)
        bob.node.transfers.cancel(told(bob, "running")[0].number)
        return done

    monkeypatch.setattr(PartFile, moment, cancelled)
    send(alice, ["bob"], make(alice, "it"))
    told(alice, "cancelled", "out")
    wait_until(lambda: not bob.node.transfers._carriage.running, "it has ended")
    assert list(bob.home.downloads.iterdir()) == []
    assert bob.inbox.of(events.Warn) == []


@pytest.mark.parametrize("moment", ["sync", "place"])
def test_at_the_end_of_the_program_nothing_is_complained_of(
    friends: Friends, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Whatever is left of it then goes on at the next start, and is there once."""
    alice, bob = friends("alice", "bob")
    act = getattr(PartFile, moment)
    running: list[Any] = []

    def ending(part: PartFile, *arguments: Any) -> Any:
        done = act(part, *arguments)
        running.append(bob.node.transfers._carriage)
        bob.stop()
        return done

    monkeypatch.setattr(PartFile, moment, ending)
    path = make(alice, "it")
    send(alice, ["bob"], path)
    wait_until(lambda: bool(running) and not running[0].running, "it has ended")
    assert bob.inbox.of(events.Warn) == []
    monkeypatch.undo()
    bob.start()
    (done,) = told(bob, "done")
    assert list(bob.home.downloads.iterdir()) == [Path(done.path)]
    assert Path(done.path).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_blocking_stops_what_is_under_way(friends: Friends, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    alice, bob = friends("alice", "bob")
    held = Held(monkeypatch)
    send(alice, ["bob"], make(alice, "film", MUCH))
    wait_until(lambda: bool(held.begun) and bool(alice.node.transfers._carriage.running), "it comes")
    blocker, blocked = (alice, bob) if who == "alice" else (bob, alice)
    blocker.node.people.block(blocked.name)
    held.let_go()
    for person in (alice, bob):
        wait_until(lambda person=person: not person.node.transfers._carriage.running, "it has ended")  # type: ignore[misc]
    assert not bob.inbox.wait_for(events.Transfer)[-1].path
    blocker.node.people.unblock(blocked.name)
    alice.node.send(["bob"], "again")
    told(bob, "done")


@pytest.mark.parametrize("size", [MUCH // 2, 2 * MUCH])
def test_one_that_shrinks_or_grows_on_the_way(friends: Friends, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """It is sent to the end or not at all, and both are told; nothing half is left."""
    alice, bob = friends("alice", "bob")
    path = make(alice, "film", MUCH)
    begin = Running.begin

    def change(running: Running, offset: int) -> None:
        if running.row.outgoing:
            os.truncate(path, size)
        begin(running, offset)

    monkeypatch.setattr(Running, "begin", change)
    send(alice, ["bob"], path)
    if size < MUCH:
        (failed,) = told(alice, "failed", "out")
        assert "was changed or moved since it was sent: send it again" in failed.reason
        told(bob, "cancelled")
        wait_until(lambda: not bob.node.transfers._carriage.running, "it has ended")
        assert list(bob.home.downloads.iterdir()) == []
    else:
        (done,) = told(bob, "done")
        assert Path(done.path).stat().st_size == MUCH


# The disk


def test_trouble_with_the_folder_is_told_once_and_heals(friends: Friends) -> None:
    alice, bob = friends("alice", "bob")
    bob.home.downloads.write_bytes(b"no folder")
    path = make(alice, "it")
    send(alice, ["bob"], path)
    (warning,) = bob.inbox.wait_for(events.Warn)
    assert "Nothing can be written into" in warning.message
    bob.home.downloads.unlink()
    (done,) = told(bob, "done")
    assert Path(done.path).read_bytes() == path.read_bytes()
    assert len(bob.inbox.of(events.Warn)) == 1
    shutil.rmtree(bob.home.downloads)
    bob.home.downloads.write_bytes(b"no folder")
    send(alice, ["bob"], make(alice, "more"))
    wait_until(lambda: len(bob.inbox.of(events.Warn)) == 2, "it is told when it comes again")


def test_no_room_is_told_once_for_each_file_and_heals(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = friends("alice", "bob")
    full = SimpleNamespace(f_bavail=0, f_frsize=512)
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    tries = Held(monkeypatch)
    tries.let_go()
    asked: list[int] = []
    check = PartFile._check_room

    def counted(part: PartFile) -> None:
        asked.append(part._size)
        check(part)

    monkeypatch.setattr(PartFile, "_check_room", counted)
    for size in (1000, 2000):
        send(alice, ["bob"], make(alice, f"{size}", size))
    wait_until(lambda: min(asked.count(1000), asked.count(2000)) > 2, "tried again and again")
    assert sorted(warning.message.split(" for ")[1] for warning in bob.inbox.of(events.Warn)) == [
        "1000 more bytes.",
        "2000 more bytes.",
    ]
    assert tries.begun == []
    full.f_bavail = 10**12
    told(bob, "done", count=2)


def test_a_process_that_died_before_it_tidied_up(friends: Friends, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has its name and the part's too: the second goes when the sender asks what became of it."""
    alice, bob = friends("alice", "bob")
    monkeypatch.setattr("chat.core.transfer.part.PartFile.remove", lambda _: None)
    lost = threading.Event()
    monkeypatch.setattr("chat.core.transfer.carriage.Carriage.note_done", lambda *_: lost.set())
    send(alice, ["bob"], make(alice, "it"))
    assert lost.wait(PATIENCE_S)
    assert len(list(bob.home.downloads.iterdir())) == 2
    monkeypatch.undo()
    bob.stop()
    bob.start()
    alice.node.send(["bob"], "hello again")
    told(alice, "done", "out")
    assert len(list(bob.home.downloads.iterdir())) == 1
