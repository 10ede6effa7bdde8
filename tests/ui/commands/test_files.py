"""/send, /transfers, /view, /accept and /cancel as typed: what they do, and what they answer when they cannot."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chat.core.events import Done, Event, Failure, Status, Transfer
from chat.ui import commands
from tests.core.images.samples import SECRET, photograph
from tests.people import Person, Town
from tests.ui.told import shell_of

assert commands  # importing it fills the command table

Type = Callable[[str], list[Event]]


def keyboard(person: Person) -> Type:
    """Types a line at that person's prompt, and gives what is shown for it."""
    shell, told = shell_of(person)

    def type_line(line: str) -> list[Event]:
        told.events.clear()
        shell.execute(line)
        return [*told.events]

    return type_line


def answer(events: list[Event]) -> str:
    """The sentence that says why it was not done."""
    failure, done = events
    assert isinstance(failure, Failure)
    assert isinstance(done, Done)
    assert not done.ok
    return failure.message


def offered(person: Person, file: str) -> Transfer:
    return person.inbox.wait_for(Transfer, lambda e: e.state == "offered" and e.file == file)[0]


@pytest.fixture
def people(village: Town) -> tuple[Person, Person]:
    """Bob takes nothing unasked."""
    return village.person("alice").start(), village.person("bob").start()


def test_a_file_from_hand_to_hand(people: tuple[Person, Person], tmp_path: Path) -> None:
    alice, bob = people
    path = tmp_path / "two words.txt"
    path.write_text("hello")
    assert keyboard(alice)(f"/send Bob  {path} ") == [Done(command="send", ok=True)]
    offer = offered(bob, "two words.txt")
    assert keyboard(bob)("/transfers") == [Done(command="transfers", ok=True)]
    assert len([e for e in bob.inbox.of(Transfer) if e.number == offer.number]) == 2
    assert "is offered" in answer(keyboard(bob)(f"/view {offer.number}"))
    assert keyboard(bob)(f"/accept {offer.number}") == [Done(command="accept", ok=True)]
    (done,) = bob.inbox.wait_for(Transfer, lambda e: e.state == "done")
    assert Path(done.path).read_text() == "hello"
    assert keyboard(bob)(f"/view {offer.number}") == [Done(command="view", ok=True)]
    assert bob.inbox.of(Transfer)[-1].path == done.path
    status, _ = keyboard(bob)("/transfers")
    assert status == Status(name="transfers", value="no file is under way or waits", source="/transfers")
    assert "is complete" in answer(keyboard(bob)(f"/accept {offer.number}"))
    assert "is complete" in answer(keyboard(bob)(f"/cancel {offer.number}"))


def test_what_a_photograph_tells_goes_only_where_it_was_asked_for(
    people: tuple[Person, Person], tmp_path: Path
) -> None:
    alice, bob = people
    type_line = keyboard(alice)
    path = photograph(tmp_path, "jpg")
    said, _ = type_line(f"/send bob {path}")
    assert isinstance(said, Status)
    assert said.value.startswith("photo.jpg goes without the place, time and camera in it")
    stripped = offered(bob, "photo.jpg")
    assert type_line(f"/send -keep bob {path}") == [Done(command="send", ok=True)]
    offers = bob.inbox.wait_for(Transfer, lambda e: e.state == "offered", 2)
    assert offers[1].total == path.stat().st_size != stripped.total
    for offer in offers:
        bob.node.transfers.accept(offer.number)
    done = bob.inbox.wait_for(Transfer, lambda e: e.state == "done", 2)
    assert [SECRET in Path(each.path).read_bytes() for each in sorted(done, key=lambda each: each.number)] == [
        False,
        True,
    ]


def test_cancelling_at_either_end(people: tuple[Person, Person], tmp_path: Path) -> None:
    alice, bob = people
    for person, name in ((alice, "one.txt"), (bob, "two.txt")):
        (tmp_path / name).write_text(name)
        keyboard(alice)(f"/send bob {tmp_path / name}")
        number = offered(bob, name).number
        if person is alice:
            keyboard(alice)("/transfers")
            number = next(e.number for e in alice.inbox.of(Transfer) if e.file == name)
        assert keyboard(person)(f"/cancel {number}") == [Done(command="cancel", ok=True)]
        for each in (alice, bob):
            each.inbox.wait_for(Transfer, lambda e, name=name: e.state == "cancelled" and e.file == name)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["accept", "cancel", "view"])
def test_what_is_no_number(village: Town, name: str) -> None:
    type_line = keyboard(village.person("alice").start())
    for word in ("x", "-1", "1.5", "٣", "1 2", "9" * 19, "0x1", "#", "##7"):
        assert answer(type_line(f"/{name} {word}")) == "Say which file by its number: /transfers lists them."
    for word in ("7", "#7"):
        assert answer(type_line(f"/{name} {word}")) == "No file has the number 7: /transfers lists those under way."
    assert answer(type_line(f"/{name} {'9' * 18}")).startswith("No file has the number")
    assert "Something is missing" in answer(type_line(f"/{name}"))


@pytest.mark.parametrize("typed", ["it's \\ two.txt", '"it\'s \\\\ two.txt"', r"it\'s\ \\\ two.txt", "it's", "'it's'"])
def test_a_path_as_it_is_or_as_a_shell_reads_it(
    people: tuple[Person, Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    alice, bob = people
    monkeypatch.chdir(tmp_path)
    for name in ("it's \\ two.txt", "it's", "'it's'"):
        (tmp_path / name).write_text(name)
    assert keyboard(alice)(f"/send bob {typed}")[-1] == Done(command="send", ok=True)
    offered(bob, typed if typed.startswith(("it's", "'")) else "it's \\ two.txt")


def test_what_cannot_be_sent(village: Town, tmp_path: Path) -> None:
    alice = village.person("alice").start()
    type_line = keyboard(alice)
    (tmp_path / "it.txt").write_text("it")
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    for line, sentence in {
        "/send bob": "Something is missing",
        "/send -keep bob": "Say which file: /send NAME PATH.",
        f"/send alice {tmp_path / 'it.txt'}": "You cannot write to yourself.",
        f"/send nobody {tmp_path / 'it.txt'}": "Nobody called nobody is registered",
        f"/send bob {tmp_path}": "is a folder: pack it into one file first",
        f"/send bob {tmp_path / 'missing'}": "cannot be read: no such file or directory.",
        "/send bob 'no end": "cannot be read: no such file or directory.",
        f"/send bob {tmp_path / 'broken.jpg'}": "To send it as it is: /send -keep NAME PATH.",
    }.items():
        assert sentence in answer(type_line(line)), line
    assert alice.inbox.of(Transfer) == []


def test_nothing_under_way_is_said(village: Town) -> None:
    (told, done) = keyboard(village.person("alice").start())("/transfers")
    assert told == Status(name="transfers", value="no file is under way or waits", source="/transfers")
    assert done == Done(command="transfers", ok=True)
