"""Recording a voice message while somebody looks on: a level meter, Enter sends, Ctrl-C discards."""

import math
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from chat.core.voice.devices import open_microphone
from chat.core.voice.recorder import MAX_RECORDING_S, Recorder, record
from chat.errors import UserError
from chat.net.files import private_folder
from chat.ui.spoken import duration

METER_COLUMNS = 20
QUIET_DB = 50.0
POLL_S = 0.2


class Recording:
    """One that is under way. `wait` is for the thread that wants it, the others are for the keys'."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._decided = threading.Event()
        self._keep = True

    def finish(self, *, keep: bool) -> None:
        """The person has decided."""
        self._keep = self._keep and keep
        self._decided.set()

    def wait(self, changed: Callable[[], None]) -> Path | None:
        """Block until that, or until it is as long as may be: the file, or None if it is not wanted.

        `changed` is called now and then: `line` is another.
        """
        while not self._decided.wait(POLL_S) and not self._recorder.ended:
            changed()
        if self._keep:
            return self._recorder.stop()
        self._recorder.discard()
        return None

    @property
    def line(self) -> str:
        """How it goes, in one line."""
        full = round(_loudness(self._recorder.level) * METER_COLUMNS)
        meter = "█" * full + "░" * (METER_COLUMNS - full)
        most = f" of {duration(MAX_RECORDING_S)}" if self._recorder.seconds > MAX_RECORDING_S - 600 else ""
        return f"recording {duration(self._recorder.seconds)}{most} {meter}  Enter: send it   Ctrl-C: discard it"


def _loudness(level: float) -> float:
    """0 to 1 as ears have it: speech some way off is a hundredth of full scale, and is to be seen."""
    return max(0.0, 1.0 + 20 * math.log10(level) / QUIET_DB) if level > 0 else 0.0


def begin(folder: Path) -> Recording:
    """Record into a new file in `folder`. NoSoundDevice where that cannot be."""
    name = f"voice-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.ogg"
    return Recording(record(private_folder(folder) / name))


def record_without_terminal(_: Path) -> Path | None:
    """For scripts and bots: there is nobody to say when it is enough. NoSoundDevice or UserError."""
    open_microphone().close()
    raise UserError("Recording needs a terminal where you can end it: send a file, /voice NAME PATH.")
