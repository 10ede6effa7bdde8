"""/voice, /play and /transcript as typed."""

from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal

import pytest

from chat.core.events import Delivered, Done, Event, Failure, Hit, Line, Status, Transcript
from chat.core.voice.devices import NoSoundDevice
from chat.core.voice.player import Player
from chat.ui import commands
from chat.ui.messages import Look
from chat.ui.views import render
from tests.core.voice.conftest import act_as, hearing
from tests.core.voice.samples import speech, write
from tests.people import Person, Town, wait_until
from tests.ui.told import shell_of

assert commands  # importing it fills the command table


Heard = Callable[..., None]


class Typist:
    """Somebody at a shell."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.shell, self.screen = shell_of(person)

    def type(self, line: str) -> list[Event]:
        self.screen.events.clear()
        self.shell.execute(line)
        return [*self.screen.events]

    def error(self, line: str) -> str:
        (failure,) = [event for event in self.type(line) if isinstance(event, Failure)]
        return failure.message


@pytest.fixture
def alice(village: Town) -> Typist:
    typist = Typist(village.person("alice").start())
    village.person("bob").start().node.people.add("alice", None)
    return typist


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    return write(tmp_path / "memo.ogg", speech())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Another child, that says it heard these words in five seconds."""

    def hear(*words: str) -> None:
        act_as(monkeypatch, hearing(*words))

    return hear


def transcript(person: Person) -> Transcript:
    (event,) = person.inbox.wait_for(Transcript)
    return event


def test_said_and_read(alice: Typist, village: Town, memo: Path, heard: Heard) -> None:
    heard("It was the best of times.")
    bob = Typist(village.people["bob"])
    assert alice.type(f"/voice bob {memo}") == [Done(command="voice", ok=True)]
    event = transcript(bob.person)
    alice.person.inbox.wait_for(Delivered)
    assert render([event], Look("bob")).startswith(
        f"  --  alice, #{event.number} (0:05, 50 % sure) It was the best of times."
    )
    (line, _) = bob.type("/history alice")
    assert isinstance(line, Line)
    said, spoken = render([line], Look("bob")).split("\n")
    assert said.endswith("alice: [voice] memo.ogg")
    assert spoken == f"      #{event.number} (0:05, 50 % sure) {event.text}"
    (asked, _) = bob.type(f"/transcript #{event.number}")
    assert isinstance(asked, Transcript)
    assert (asked.text, asked.sender, asked.seconds, asked.asked) == (event.text, "alice", event.seconds, True)
    assert bob.type(f"/transcript {event.id}")[0] == asked


def test_why_there_are_no_words(alice: Typist, memo: Path, heard: Heard) -> None:
    heard()
    alice.type(f"/voice bob {memo}")
    number = transcript(alice.person).number
    (line, _) = alice.type("/history")
    assert render([line], Look("alice")).split("\n")[1] == f"      #{number} (0:05) no speech found"
    (asked, _) = alice.type(f"/transcript {number}")
    assert isinstance(asked, Transcript)
    assert asked.error == "no speech found"


def test_how_sure_the_engine_is(alice: Typist, memo: Path, heard: Heard) -> None:
    heard("Hello.", "you.")
    alice.type(f"/voice bob {memo}")
    event = transcript(alice.person)
    assert render([event], Look("alice")) == f"  --  alice, #{event.number} (0:05, 50 % sure) Hello. you."


def test_before_it_is_written_down_it_says_so(alice: Typist, memo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alice.person.node._voice, "wake", lambda: None)
    alice.type(f"/voice bob {memo}")
    (line, _) = alice.type("/history")
    assert isinstance(line, Line)
    assert render([line], Look("alice")).endswith(f"\n      #{line.number} …")
    (asked, _) = alice.type(f"/transcript {line.number}")
    assert isinstance(asked, Transcript)
    assert asked.error == "it has not been written down yet"


def test_a_recording_of_the_moment(alice: Typist, memo: Path, heard: Heard) -> None:
    heard("Hello.")
    alice.shell.record = lambda folder: memo if folder == alice.person.home.outgoing else None
    alice.type("/voice bob")
    assert transcript(alice.person).text == "Hello."


def test_into_a_room(alice: Typist, village: Town, memo: Path, heard: Heard) -> None:
    heard("Hello.")
    bob = Typist(village.people["bob"])
    for typist in (alice, bob):
        typist.type("/join #tea")
    wait_until(lambda: len(alice.person.node.rooms.members("#tea")) == 2, "alice knows of bob")
    alice.type(f"/voice #tea {memo}")
    assert [transcript(typist.person).text for typist in (alice, bob)] == ["Hello.", "Hello."]
    (hit,) = [event for event in bob.type("/search hello in:#tea has:voice") if isinstance(event, Hit)]
    assert (hit.sender, hit.room, hit.transcript) == ("alice", "#tea", "Hello.")


def test_a_recording_that_is_discarded(alice: Typist) -> None:
    alice.shell.record = lambda _: None
    assert alice.type("/voice bob") == [Done(command="voice", ok=True)]
    assert alice.person.statuses() == []


def test_what_cannot_be_sent(alice: Typist, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Bob")
    assert "letter.txt cannot be sent as a voice message" in alice.error(f"/voice bob {tmp_path / 'letter.txt'}")
    assert "is a folder" in alice.error(f"/voice bob {tmp_path}")
    assert "Something is missing" in alice.error("/voice")
    assert alice.person.statuses() == []


class PlayedLoudspeaker:
    def __init__(self) -> None:
        self.bytes = 0
        self.closed = Signal()

    def write(self, samples: bytes) -> None:
        self.bytes += len(samples)

    def close(self) -> None:
        self.closed.set()


def test_playing(alice: Typist, memo: Path) -> None:
    loudspeaker = PlayedLoudspeaker()
    alice.person.node.player = Player(lambda _: loudspeaker, print)
    alice.type(f"/voice bob {memo}")
    number = transcript(alice.person).number
    assert alice.type(f"/play {number}") == [
        Status(name="playing", value=str(memo), source="/play"),
        Done(command="play", ok=True),
    ]
    alice.person.node.player.wait()
    assert loudspeaker.closed.is_set()
    assert loudspeaker.bytes == 2 * 16_000 * 5
    assert alice.type("/play") == [Done(command="play", ok=True)]


def test_where_nothing_can_be_played_the_file_is_named(alice: Typist, memo: Path, heard: Heard) -> None:
    def none(_: int) -> PlayedLoudspeaker:
        raise NoSoundDevice("There is no loudspeaker here.")

    alice.person.node.player = Player(none, print)
    heard("Hello.")
    alice.type(f"/voice bob {memo}")
    number = transcript(alice.person).number
    assert alice.error(f"/play {number}") == f"There is no loudspeaker here. The recording is {memo}."


def test_what_is_not_here_yet(village: Town, memo: Path, heard: Heard) -> None:
    """Of a stranger nothing is fetched before /accept."""
    heard("Hello.")
    bob = Typist(village.person("bob").start())
    alice = Typist(village.person("alice").start())
    alice.type(f"/voice bob {memo}")
    alice.person.inbox.wait_for(Transcript)
    bob.person.inbox.texts(1)
    (line, _) = bob.type("/history")
    assert isinstance(line, Line)
    assert "not here yet" in bob.error(f"/play {line.number}")


@pytest.mark.parametrize("number", ["99", "#99", "ff" * 16, "next", "1" * 30])
def test_numbers_that_are_none(alice: Typist, number: str) -> None:
    for command in ("play", "transcript"):
        assert f"no recording of the number {number}" in alice.error(f"/{command} {number}")
