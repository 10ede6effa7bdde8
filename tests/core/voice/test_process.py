"""The child from outside: heard out, watched, ended; and a corpus of files that nobody should open."""

import os
import re
import resource
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from chat.core.voice.messages import Ended, Opened, Passed
from chat.core.voice.process import DECODE, TRANSCRIBE, Child, Crashed, NotARecording, NotInstalled
from chat.wire.codec import encode
from chat.wire.frames import encode_frame
from tests.core.voice.conftest import act_as
from tests.core.voice.hostile import damaged, lies
from tests.core.voice.samples import silence, speech, write

Act = Callable[..., list[msgspec.Struct]]

MOST_MEMORY = 1_300_000  # KiB: what is loaded, and what is allowed besides


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write(tmp_path / "it.ogg", speech())


@pytest.fixture
def acted(monkeypatch: pytest.MonkeyPatch, recording: Path) -> Act:
    """A child that does something else."""

    def act(script: str, *said: msgspec.Struct, stall_s: float = 30.0) -> list[msgspec.Struct]:
        frames = b"".join(encode_frame(encode(message)) for message in said)
        script = f"import os, signal, sys, time; os.write(1, {frames!r}); {script}"
        act_as(monkeypatch, script)
        with Child(recording, DECODE, stall_s=stall_s) as child:
            return list(child.messages())

    return act


def test_a_recording_is_heard_out(recording: Path) -> None:
    with Child(recording, DECODE) as child:
        *_, last = child.messages()
    assert last == Ended(5.0)


def test_a_child_that_dies(acted: Act) -> None:
    with pytest.raises(Crashed, match=f"ended with -{9}"):
        acted("os.kill(os.getpid(), signal.SIGKILL)", Opened(None))
    with pytest.raises(Crashed, match="ended with 3"):
        acted("sys.exit(3)", Opened(None))
    with pytest.raises(Crashed, match="ended with 0"):
        acted("pass", Opened(None), Passed(10.0))


def test_a_child_that_hangs(acted: Act) -> None:
    with pytest.raises(Crashed, match="no progress for 1 seconds"):
        acted("time.sleep(60)", Opened(None), stall_s=1.0)


@pytest.mark.parametrize(
    "said", [b"\xff\xff\xff\xffgarbage", b"\0\0\0\0", b"\0\0\0\x03abc", b"\0\0\0\x02\x91\x63"], ids=repr
)
def test_a_child_that_says_what_it_may_not(acted: Act, said: bytes) -> None:
    with pytest.raises(Crashed, match="said what it may not"):
        acted(f"os.write(1, {said!r}); time.sleep(60)")


def test_what_it_says_after_the_end_is_not_heard(acted: Act) -> None:
    assert acted("time.sleep(60)", Ended(1.0), Passed(1.0)) == [Ended(1.0)]


def test_it_can_be_ended_by_another_thread(monkeypatch: pytest.MonkeyPatch, recording: Path) -> None:
    act_as(monkeypatch, "import time; time.sleep(60)")
    with Child(recording, DECODE) as child:
        threading.Timer(0.1, child.kill).start()
        with pytest.raises(Crashed, match="ended with -9"):
            list(child.messages())


def test_it_inherits_nothing(monkeypatch: pytest.MonkeyPatch, recording: Path) -> None:
    monkeypatch.setenv("SECRET", "of this process")
    with socket.socket() as ours, (recording.parent / "seen").open("w") as seen:
        os.set_inheritable(ours.fileno(), True)
        script = f"import os; open({seen.name!r}, 'w').write(str(len(os.listdir('/proc/self/fd'))) + str(os.environ))"
        act_as(monkeypatch, script)
        with Child(recording, DECODE) as child, pytest.raises(Crashed):
            list(child.messages())
    told = (recording.parent / "seen").read_text()
    assert "SECRET" not in told
    assert told.startswith("5")  # the three standard ones, its own file, the folder it lists


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "cannot be read: no such file"),
        (lambda path: path.mkdir(), "no ordinary file"),
        (os.mkfifo, "no ordinary file"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 3 * 1024**3), "larger than 2 GiB"),
    ],
    ids=["missing", "folder", "pipe", "empty", "huge"],
)
def test_what_is_not_even_opened(make: Callable[[Path], object], why: str, tmp_path: Path) -> None:
    make(tmp_path / "it.ogg")
    with pytest.raises(NotARecording, match=why):
        Child(tmp_path / "it.ogg", DECODE)


def test_a_missing_package_is_told(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys; del sys.argv[1]; sys.modules['av'] = None; from chat.core.voice.child import main; main()"
    act_as(monkeypatch, script)
    with Child(recording, DECODE) as child, pytest.raises(NotInstalled, match=r"requirements\.txt"):
        list(child.messages())


def test_a_missing_model_is_told(recording: Path, tmp_path: Path) -> None:
    with (
        Child(recording, TRANSCRIBE, tmp_path / "no model") as child,
        pytest.raises(NotInstalled, match="faster-whisper"),
    ):
        list(child.messages())


def most_memory(path: Path) -> int:
    """In KiB, of the child that hands over its sound."""
    with Child(path, DECODE) as child:
        for message in child.messages():
            if not isinstance(message, Ended):
                status = Path(f"/proc/{child.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0])


def test_ten_minutes_take_no_more_memory_than_ten_seconds(tmp_path: Path) -> None:
    long = write(tmp_path / "long.flac", silence(600.0))
    assert most_memory(long) < most_memory(write(tmp_path / "short.flac", silence(10.0))) + 10_000


def outcome(path: Path) -> str:
    try:
        with Child(path, DECODE, stall_s=60) as child:
            return type(list(child.messages())[-1]).__name__
    except (NotARecording, Crashed) as error:
        return f"{type(error).__name__}: {error}"


def test_damaged_recordings_fail_alone(tmp_path: Path) -> None:
    outcomes = {path.name: outcome(path) for path in damaged(tmp_path)}
    assert len(outcomes) == 36
    assert [name for name, how in outcomes.items() if "no progress" in how] == []
    assert sum(how == "Ended" for how in outcomes.values()) > 10  # damage is lived with
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MOST_MEMORY


def test_lies_are_not_believed(tmp_path: Path) -> None:
    outcomes = {path.name: outcome(path) for path in lies(tmp_path)}
    assert len(outcomes) == 10
    assert {name: how for name, how in outcomes.items() if not how.startswith("NotARecording: ")} == {}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MOST_MEMORY
