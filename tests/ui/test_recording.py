"""Recording as the person at the terminal sees it; another plays the microphone."""

import threading
from pathlib import Path

import pytest

from chat.core.voice.devices import NoSoundDevice
from chat.core.voice.opus import OpusFile
from chat.core.voice.recorder import BLOCK, MAX_RECORDING_S, Recorder
from chat.errors import UserError
from chat.ui import recording
from chat.ui.recording import METER_COLUMNS, Recording, begin, record_without_terminal
from tests.core.voice.test_opus import as_recorded
from tests.core.voice.test_recorder import PlayedMicrophone


def recorder(path: Path, microphone: PlayedMicrophone) -> Recorder:
    return Recorder(path, microphone, OpusFile(path))


def wait_in_thread(recording: Recording) -> tuple[threading.Thread, list[Path | None]]:
    results: list[Path | None] = []
    waiting = threading.Thread(target=lambda: results.append(recording.wait(lambda: None)))
    waiting.start()
    return waiting, results


@pytest.mark.parametrize("keep", [True, False])
def test_it_goes_on_until_somebody_decides(tmp_path: Path, keep: bool) -> None:
    path, microphone = tmp_path / "it.ogg", PlayedMicrophone(as_recorded())
    under_way = Recording(recorder(path, microphone))
    waiting, results = wait_in_thread(under_way)
    assert microphone.at_end.wait(30)
    assert waiting.is_alive()
    assert under_way.line.startswith("recording 0:05 █")
    under_way.finish(keep=keep)
    microphone.go_on.set()
    waiting.join(30)
    assert results == [path if keep else None]
    assert path.exists() == keep


def test_who_discards_it_cannot_send_it_any_more(tmp_path: Path) -> None:
    microphone = PlayedMicrophone(as_recorded())
    under_way = Recording(recorder(tmp_path / "it.ogg", microphone))
    microphone.go_on.set()
    under_way.finish(keep=False)
    under_way.finish(keep=True)
    assert under_way.wait(lambda: None) is None


def test_it_ends_by_itself_when_the_microphone_does(tmp_path: Path) -> None:
    path = tmp_path / "it.ogg"
    assert Recording(recorder(path, PlayedMicrophone(as_recorded(), OSError("unplugged")))).wait(lambda: None) == path


class Still:
    """A recorder at one moment."""

    def __init__(self, level: float, seconds: float = 1.0) -> None:
        self.level, self.seconds = level, seconds


@pytest.mark.parametrize(("level", "full"), [(0.0, 0), (0.001, 0), (0.01, 4), (0.1, 12), (1.0, 20)])
def test_the_meter_shows_speech_some_way_off_too(level: float, full: int) -> None:
    line = Recording(Still(level)).line  # type: ignore[arg-type]
    assert line.count("█") == full
    assert line.count("░") == METER_COLUMNS - full


def test_near_the_end_it_says_how_long_it_may_be() -> None:
    assert "1:55:00 of 2:00:00" in Recording(Still(0.1, MAX_RECORDING_S - 300)).line  # type: ignore[arg-type]
    assert " of " not in Recording(Still(0.1, 60.0)).line.partition("█")[0]  # type: ignore[arg-type]


def test_each_has_a_name_of_its_own_in_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[Path] = []
    monkeypatch.setattr(recording, "record", paths.append)
    begin(tmp_path / "outgoing")
    begin(tmp_path / "outgoing")
    assert len(set(paths)) == 2
    assert (tmp_path / "outgoing").stat().st_mode & 0o777 == 0o700


def test_scripts_are_told_to_send_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    microphone = PlayedMicrophone(bytes(2 * BLOCK))
    monkeypatch.setattr(recording, "open_microphone", lambda: microphone)
    with pytest.raises(UserError, match="/voice NAME PATH"):
        record_without_terminal(tmp_path)
    assert microphone.closed.is_set()


def test_without_a_microphone_that_is_what_they_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> PlayedMicrophone:
        raise NoSoundDevice("There is no microphone here.")

    monkeypatch.setattr(recording, "open_microphone", none)
    with pytest.raises(NoSoundDevice, match="no microphone"):
        record_without_terminal(tmp_path)
