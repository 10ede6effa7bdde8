"""The worker: what waits is written down, whatever happens in between, and chat hears of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chat.core import indexing
from chat.core.events import Transcribing, Transcript, Warn
from chat.core.journal import Journal
from chat.core.search import SearchQuery, search
from chat.core.terms import Term
from chat.core.voice.messages import Ended, Listens, Opened, Passed, Said
from chat.core.voice.worker import MAX_ATTEMPTS, NO_SPEECH, VoiceWorker
from chat.core.writer import Writer
from chat.wire.codec import encode
from chat.wire.frames import encode_frame
from db.blocks import last_in_blocks
from db.files import DONE, FileRow, insert_files
from db.messages import insert_received
from db.pool import Pool
from db.schema import CLIENT
from db.sqlite import SqliteDatabase
from db.transcripts import DONE as WRITTEN
from db.transcripts import FAILED, SILENT, VOICE, TranscriptRow, count_attempt, find_transcripts
from tests.core.voice.conftest import act_as
from tests.core.voice.samples import WORDS, music, noise, silence, speech, words, write
from tests.db.rows import TIME, number, receiver_row
from tests.people import Inbox, wait_until

HELLO = (Opened(None), Listens("played", bytes(32), "en"), Said(0.0, 1.0, "Hello.", 0.5), Ended(1.0))


class Desk:
    """A database with voice messages, and a worker that can be started again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        database = SqliteDatabase(folder / "chat.db", bytes(32))
        self.pool = Pool(database)
        self.writer = Writer(database)
        CLIENT.apply(self.writer.connection, "alice")
        self.journal = Journal("alice", self.writer.connection)
        self.writer.start()
        self.inbox = Inbox()
        self.worker: VoiceWorker | None = None

    def arrive(self, ordinal: int, path: Path) -> None:
        """A voice message is here, its file lies at `path`."""
        file = FileRow(
            ordinal, "bob", 0, number(ordinal), path.name, 1, "audio/ogg", bytes(32), str(path), "", DONE, "", TIME
        )
        message = receiver_row(ordinal, kind=VOICE, message_id=number(ordinal))
        self.writer.call(lambda tx: insert_received(tx, [message]))
        self.writer.call(lambda tx: insert_files(tx, [file]))

    def recording(self, ordinal: int, *parts: Any) -> Path:
        path = write(self.folder / f"{ordinal}.ogg", np.concatenate(parts))
        self.arrive(ordinal, path)
        return path

    def work(self, model_folder: Path | None = None) -> VoiceWorker:
        self.worker = VoiceWorker("alice", self.journal, self.writer, self.pool, self.inbox.notify, model_folder)
        self.worker.start()
        return self.worker

    def rest(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.worker = None

    def row(self, ordinal: int) -> TranscriptRow:
        with self.pool.borrow() as connection:
            return find_transcripts(connection, [ordinal])[ordinal]

    def told(self, ordinal: int) -> Transcript:
        (event,) = self.inbox.wait_for(Transcript, lambda event: event.id == number(ordinal).hex())
        return event

    def close(self) -> None:
        self.rest()
        self.writer.close()
        self.pool.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    place = Desk(tmp_path)
    yield place
    place.close()


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Another child in place of the real one; the file that is returned has a line for each that was started."""

    def play(script: str, *said: Any) -> Path:
        runs = tmp_path / "runs"
        runs.touch()
        frames = b"".join(encode_frame(encode(message)) for message in said)
        script = (
            f"import os, sys, time; open({str(runs)!r}, 'a').write('run\\n'); os.write(1, {frames!r})\n"
            f"runs = len(open({str(runs)!r}).readlines())\n{script}"
        )
        act_as(monkeypatch, script)
        return runs

    return play


def started(runs: Path) -> int:
    return len(runs.read_text().splitlines())


def test_what_waited_and_what_comes_in(desk: Desk) -> None:
    desk.recording(3, speech())
    worker = desk.work()
    first = desk.told(3)
    assert words(first.text) == WORDS.split()
    assert first.seconds == pytest.approx(5.0, abs=0.1)
    assert (first.confidence, first.error) == (None, "")
    desk.recording(4, silence(1))
    worker.wake()
    assert desk.told(4).error == NO_SPEECH
    row = desk.row(3)
    assert (row.state, row.attempts, row.text, row.languages) == (WRITTEN, 1, first.text, "en")
    assert row.engine.startswith("moonshine")
    assert len(row.model_sha256) == 32


def test_its_words_are_found_though_it_was_indexed_before(
    desk: Desk, played: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    played("", *HELLO)
    monkeypatch.setattr(indexing, "FULL", indexing.MESSAGE)
    desk.recording(1, speech(1.0))
    desk.writer.call(lambda tx: desk.journal.indexer.stored(tx, 1, ["it.ogg"]))
    desk.work()
    desk.told(1)
    with desk.pool.borrow() as connection:
        assert last_in_blocks(connection) == 1
        (hit,) = search(connection, "alice", SearchQuery([Term("hello")])).hits
    assert hit.transcript == "Hello."


@pytest.mark.parametrize("sound", [noise(3), music(6)], ids=["noise", "music"])
def test_no_speech_is_an_honest_answer(desk: Desk, sound: Any) -> None:
    desk.recording(3, sound)
    desk.work()
    told = desk.told(3)
    assert (told.text, told.error) == ("", NO_SPEECH)
    assert (desk.row(3).state, desk.row(3).reason) == (SILENT, NO_SPEECH)


def test_a_bad_file_fails_alone(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ogg"
    bad.write_bytes(b"OggS" + bytes(500))
    desk.arrive(3, bad)
    desk.arrive(4, tmp_path / "gone.ogg")
    desk.recording(5, silence(1.0))
    desk.work()
    assert "no recording of a kind that is read here" in desk.told(3).error
    assert "cannot be read: no such file" in desk.told(4).error
    assert desk.told(5).error == NO_SPEECH
    assert (desk.row(3).state, desk.row(3).attempts) == (FAILED, 1)


def test_a_crash_is_tried_again(desk: Desk, played: Callable[..., Path]) -> None:
    frames = b"".join(encode_frame(encode(message)) for message in HELLO)
    runs = played(f"os.abort() if runs < 3 else os.write(1, {frames!r})")
    desk.recording(3, speech(1.0))
    desk.work()
    assert desk.told(3).text == "Hello."
    assert (started(runs), desk.row(3).attempts) == (3, 3)


def test_after_three_crashes_it_says_why(desk: Desk, played: Callable[..., Path]) -> None:
    runs = played("os.abort()", HELLO[0])
    desk.recording(3, speech(1.0))
    desk.work()
    assert desk.told(3).error == "It was tried 3 times. The process that reads it ended with -6."
    assert (started(runs), desk.row(3).state) == (MAX_ATTEMPTS, FAILED)


def test_attempts_that_took_this_program_down_count(desk: Desk, played: Callable[..., Path]) -> None:
    runs = played("", *HELLO)
    desk.recording(3, speech(1.0))
    for _ in range(MAX_ATTEMPTS):
        desk.writer.call(lambda tx: count_attempt(tx, 3))  # and then a power cut
    desk.work()
    assert desk.told(3).error == "It was tried 3 times. None came to its end."
    assert started(runs) == 0


def test_leaving_is_no_attempt(desk: Desk, played: Callable[..., Path]) -> None:
    runs = played("time.sleep(60)", HELLO[0])
    desk.recording(3, speech(1.0))
    for times in range(1, 5):
        desk.work()
        wait_until(lambda times=times: started(runs) == times, "it is begun")  # type: ignore[misc]
        desk.rest()
        assert desk.row(3).attempts == 0
    played("", *HELLO)
    desk.work()
    assert desk.told(3).text == "Hello."


def test_one_at_a_time_in_order(desk: Desk, played: Callable[..., Path]) -> None:
    played("", *HELLO)
    for ordinal in (5, 3, 4):
        desk.recording(ordinal, speech(1.0))
    desk.work()
    desk.inbox.wait_for(Transcript, count=3)
    assert [event.id for event in desk.inbox.of(Transcript)] == [number(ordinal).hex() for ordinal in (3, 4, 5)]


def test_progress_every_five_minutes_of_it(desk: Desk, played: Callable[..., Path]) -> None:
    passed = [Passed(float(seconds)) for seconds in range(10, 3600, 10)]
    played("", Opened(3600.0), HELLO[1], *passed, Ended(3600.0))
    desk.recording(3, speech(1.0))
    desk.work()
    desk.told(3)
    told = [(event.done, event.total) for event in desk.inbox.of(Transcribing)]
    assert told == [(300.0 * number, 3600.0) for number in range(1, 12)]


def test_without_an_engine_it_says_so_once_and_waits(desk: Desk, tmp_path: Path, played: Callable[..., Path]) -> None:
    for ordinal in (3, 4):
        desk.recording(ordinal, speech(1.0))
    worker = desk.work(tmp_path / "no such model")
    (warning,) = desk.inbox.wait_for(Warn)
    desk.recording(5, speech(1.0))
    worker.wake()
    assert desk.told(5).error == warning.message
    assert [event.id for event in desk.inbox.of(Transcript)] == [number(5).hex()]
    desk.rest()
    played("", *HELLO)
    desk.work()
    assert [desk.told(ordinal).text for ordinal in (3, 4)] == ["Hello.", "Hello."]


def test_the_child_is_gone_with_the_worker(desk: Desk, played: Callable[..., Path], tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    played(f"open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    desk.recording(3, speech(1.0))
    desk.work()
    wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", "it is begun")
    desk.rest()
    assert not Path("/proc", pid_file.read_text()).exists()
