"""What came in is written and hashed whole, however the three threads fall out; and they always end."""

import gc
import hashlib
import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core.transfer import intake as intake_module
from chat.core.transfer.intake import Intake
from chat.core.transfer.part import PartFile
from chat.errors import StorageFailure
from chat.net.threads import DaemonThread
from tests.people import PATIENCE_S, wait_until

ID = bytes(16)
SLOT = 8


@pytest.fixture(autouse=True)
def _small_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "SLOT_BYTES", SLOT)


def put(intake: Intake, data: bytes, most: int = 10**9) -> None:
    while data:
        room = intake.room()[: min(most, len(data))]
        room[:] = data[: len(room)]
        intake.took(len(room))
        data = data[len(room) :]


def put_all(part: PartFile, data: bytes, most: int = 10**9) -> bytes:
    with Intake(part) as intake:
        put(intake, data, most)
        return intake.finish()


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()} & {"file writer", "hasher"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=20 * SLOT), there=st.integers(0, 10 * SLOT), most=st.integers(1, 2 * SLOT))
def test_from_any_offset_in_any_pieces(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, there: int, most: int
) -> None:
    with PartFile(tmp_path_factory.mktemp("downloads"), "bob", ID, len(data)) as part:
        part.write(memoryview(data)[:there])
        assert put_all(part, data[there:], most) == hashlib.sha256(data).digest()
        assert part.offset == len(data)
        assert not data or part.read(0, len(data) + 1) == data


def test_what_came_before_a_break_is_written(tmp_path: Path) -> None:
    data = os.urandom(2 * SLOT + 3)
    with PartFile(tmp_path, "bob", ID, 100) as part:
        with Intake(part) as intake:
            assert threads() == {"file writer", "hasher"}
            put(intake, data)
        assert not threads()
        assert part.read(0, 100) == data


def test_one_that_is_given_up_hashes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began, read, places = threading.Event(), PartFile.read, []

    def slow(part: PartFile, place: int, size: int) -> bytes:
        places.append(place)
        began.set()
        assert go.wait(PATIENCE_S)
        return read(part, place, size)

    class Leaving(Intake):
        def _end(self) -> None:
            go.set()
            super()._end()

    go = threading.Event()
    monkeypatch.setattr(PartFile, "read", slow)
    with PartFile(tmp_path, "bob", ID, 1000) as part:
        part.write(memoryview(bytes(1000)))
        with Leaving(part):
            assert began.wait(PATIENCE_S)
    assert places in ([0], [0, SLOT])  # it may have looked just before


@pytest.mark.parametrize("slow", ["file writer", "hasher"])
def test_memory_is_used_again_once_both_had_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str) -> None:
    """Whoever is slow is waited for, and nothing has to be read back."""
    asked, answers = threading.Event(), []

    class Watched(Intake):
        def _may_be_forgotten(self, begin: int) -> bool:
            answer = super()._may_be_forgotten(begin)
            if begin == 0:
                answers.append(answer)
                asked.set()
            return answer

        def _in_memory(self, begin: int, end: int) -> memoryview:
            data = super()._in_memory(begin, end)
            if threading.current_thread().name == slow and begin == 0 and not asked.is_set():
                self._changed.release()
                assert asked.wait(PATIENCE_S)
                self._changed.acquire()
            return data

    monkeypatch.setattr(PartFile, "read", lambda *_: pytest.fail("it is read back"))
    data = os.urandom(20 * SLOT)
    with PartFile(tmp_path, "bob", ID, len(data)) as part:
        with Watched(part) as intake:
            put(intake, data)
            assert intake.finish() == hashlib.sha256(data).digest()
        monkeypatch.undo()
        assert part.read(0, len(data)) == data
    assert answers[0] is False
    assert answers[-1] is True


@pytest.mark.parametrize("action", ["write", "read"])
@pytest.mark.parametrize("size", [3, 20 * SLOT])
def test_what_the_disk_does_is_told_to_the_transfer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str, size: int
) -> None:
    def fail(*_: object) -> None:
        raise StorageFailure("The disk is gone.")

    with PartFile(tmp_path, "bob", ID, 1000) as part:
        part.write(memoryview(b"first"))
        monkeypatch.setattr(PartFile, action, fail)
        with pytest.raises(StorageFailure, match="The disk is gone"):
            put_all(part, bytes(size))
    assert not threads()


def test_without_a_second_thread_the_first_one_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = DaemonThread.start

    def refuse(thread: DaemonThread) -> None:
        if thread.name == "hasher":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(DaemonThread, "start", refuse)
    with PartFile(tmp_path, "bob", ID, 1000) as part:
        with pytest.raises(StorageFailure, match="no more threads"), Intake(part):
            pytest.fail("it was begun")
        wait_until(lambda: not threads(), "they ended")


@pytest.mark.parametrize("action", ["write", "read", ""])
def test_its_memory_is_given_back_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    """Also when it failed: megabytes do not wait for the garbage collector, to which they are but a few objects."""

    def fail(*_: object) -> None:
        raise StorageFailure("The disk is gone.")

    with PartFile(tmp_path, "bob", ID, 1000) as part:
        part.write(memoryview(b"first"))
        if action:
            monkeypatch.setattr(PartFile, action, fail)
        gc.collect()
        gc.disable()
        try:
            intake = Intake(part)
            kept = weakref.ref(intake)
            with suppress(StorageFailure), intake:
                put(intake, bytes(100))
                intake.finish()
            del intake
            assert kept() is None
        finally:
            gc.enable()
