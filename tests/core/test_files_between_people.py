"""Files between nodes: live, later, to many, asked for, declined, cancelled, changed, resumed."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core import events
from chat.core.transfer import running
from chat.core.transfer.part import PartFile
from chat.core.transfer.source import inspect
from db.files import unfinished_files
from tests.people import Person, Town, wait_until

SIZES = (0, 1, 256 * 1024, 3_000_001)


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str, int], Path]:
    def make(name: str, size: int) -> Path:
        path = tmp_path / name
        path.write_bytes(os.urandom(size))
        return path

    return make


def send(person: Person, names: list[str], path: Path) -> str:
    attached = inspect(path)
    return person.node.send(names, attached.attachment.name, kind="file", file=attached)


def done(person: Person, direction: str, count: int = 1) -> list[events.Transfer]:
    return person.inbox.wait_for(events.Transfer, lambda e: e.state == "done" and e.direction == direction, count)


def friends(village: Town) -> tuple[Person, Person]:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    bob.node.people.add("alice", None)
    return alice, bob


@pytest.mark.parametrize("size", SIZES)
def test_live(village: Town, make: Callable[[str, int], Path], size: int) -> None:
    alice, bob = friends(village)
    path = make("holiday.bin", size)
    message_id = send(alice, ["bob"], path)
    (arrived,) = done(bob, "in")
    assert Path(arrived.path) == bob.home.downloads / "holiday.bin"
    assert Path(arrived.path).read_bytes() == path.read_bytes()
    assert Path(arrived.path).stat().st_mode & 0o777 == 0o600
    alice.inbox.wait_for(events.Delivered, lambda e: e.id == message_id)
    assert alice.statuses() == [("bob", "holiday.bin", "sent")]
    assert list(bob.home.downloads.iterdir()) == [Path(arrived.path)]


def test_whoever_dialled_the_link(village: Town, make: Callable[[str, int], Path]) -> None:
    """Both ways over one link: once the receiver opens the connection, once the sender."""
    alice, bob = friends(village)
    alice.node.people.add("bob", None)
    send(alice, ["bob"], make("there.bin", 1000))
    done(bob, "in")
    send(bob, ["alice"], make("back.bin", 1000))
    done(alice, "in")
    done(bob, "out")


def test_later_and_texts_are_not_held_up(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = friends(village)
    bob.stop()
    send(alice, ["bob"], make("later.bin", 500_000))
    alice.node.send(["bob"], "after the file")
    assert {status for *_, status in alice.statuses()} == {"pending"}
    bob.start()
    assert bob.inbox.texts(2) == ["later.bin", "after the file"]
    done(bob, "in")
    done(alice, "out")


def test_stranger_is_asked_about(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    send(alice, ["bob"], make("from-a-stranger.bin", 1000))
    (offer,) = bob.inbox.wait_for(events.Transfer, lambda e: e.state == "offered")
    alice.node.send(["bob"], "did you get it?")
    assert bob.inbox.texts(2)[1] == "did you get it?"
    assert not bob.home.downloads.exists()
    bob.node.transfers.accept(offer.number)
    done(bob, "in")
    done(alice, "out")


def test_declined(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = village.person("alice").start(), village.person("bob").start()
    send(alice, ["bob"], make("unwanted.bin", 1000))
    (offer,) = bob.inbox.wait_for(events.Transfer, lambda e: e.state == "offered")
    bob.node.transfers.cancel(offer.number)
    alice.inbox.wait_for(events.Transfer, lambda e: e.state == "cancelled")
    assert alice.statuses() == [("bob", "unwanted.bin", "declined")]
    alice.node.send(["bob"], "all right")
    assert bob.inbox.texts(2)[1] == "all right"


def test_cancelled_by_the_sender(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = friends(village)
    bob.stop()
    send(alice, ["bob"], make("second-thoughts.bin", 1000))
    alice.node.transfers.cancel(alice.node.people.read(unfinished_files)[0].ordinal)
    bob.start()
    bob.inbox.wait_for(events.Transfer, lambda e: e.state == "cancelled")
    assert alice.statuses() == [("bob", "second-thoughts.bin", "cancelled")]


def test_changed_since(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = friends(village)
    bob.stop()
    path = make("notes.txt", 1000)
    send(alice, ["bob"], path)
    path.write_bytes(b"other notes")
    bob.start()
    (failed,) = alice.inbox.wait_for(events.Transfer, lambda e: e.state == "failed")
    assert "changed" in failed.reason
    bob.inbox.wait_for(events.Transfer, lambda e: e.state == "cancelled")
    assert alice.statuses() == [("bob", "notes.txt", "failed")]


def test_to_many_and_the_same_name_twice(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = friends(village)
    carol = village.person("carol").start()
    carol.node.people.add("alice", None)
    first = make("photo.jpg", 1000)
    send(alice, ["bob", "carol"], first)
    done(alice, "out", 2)
    first.write_bytes(b"another photo")
    send(alice, ["bob"], first)
    paths = [event.path for event in done(bob, "in", 2)]
    assert [Path(path).name for path in paths] == ["photo.jpg", "photo (2).jpg"]


def test_the_same_content_is_kept_once(village: Town, make: Callable[[str, int], Path]) -> None:
    alice, bob = friends(village)
    path = make("twice.bin", 100_000)
    send(alice, ["bob"], path)
    done(bob, "in")
    send(alice, ["bob"], path)
    first, second = done(bob, "in", 2)
    assert first.path == second.path
    assert len(list(bob.home.downloads.iterdir())) == 1
    done(alice, "out", 2)
    Path(first.path).write_bytes(b"y" * 100_000)  # it is compared, not believed
    send(alice, ["bob"], path)
    third = done(bob, "in", 3)[-1]
    assert Path(third.path).read_bytes() == path.read_bytes()


def test_resumed_where_it_broke(
    village: Town, make: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends(village)
    path = make("long.bin", 5_000_000)
    asked: list[int] = []
    original = running.receive_file

    def receive(run: running.Running, part: PartFile) -> bytes:
        asked.append(part.offset)
        if len(asked) == 1:
            moved = run.moved

            def cut(count: int) -> None:
                moved(count)
                if run.bytes_done > 2_000_000:
                    run.stop()

            run.moved = cut  # type: ignore[method-assign]
        return original(run, part)

    monkeypatch.setattr("chat.core.transfer.carriage.receive_file", receive)
    send(alice, ["bob"], path)
    (arrived,) = done(bob, "in")
    assert hashlib.sha256(Path(arrived.path).read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()
    assert asked[0] == 0
    assert asked[1] > 2_000_000


def test_wrong_bytes_are_fetched_again(
    village: Town, make: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends(village)
    bob.stop()
    send(alice, ["bob"], make("fragile.bin", 1000))
    message_id = alice.node.people.read(unfinished_files)[0].message_id
    bob.home.downloads.mkdir(mode=0o700)
    (bob.home.downloads / f".{message_id.hex()}.part").write_bytes(b"x" * 500)
    bob.start()
    (arrived,) = done(bob, "in")
    assert Path(arrived.path).stat().st_size == 1000


def test_done_is_asked_for_again(
    village: Town, make: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DONE was lost: the sender asks at the next link."""
    alice, bob = friends(village)
    monkeypatch.setattr("chat.core.transfer.carriage.Carriage.note_done", lambda *_: None)
    send(alice, ["bob"], make("quiet.bin", 1000))
    done(bob, "in")
    monkeypatch.undo()
    bob.stop()
    bob.start()
    alice.node.send(["bob"], "hello again")
    done(alice, "out")
    wait_until(lambda: {status for *_, status in alice.statuses()} == {"sent"}, "sent")
