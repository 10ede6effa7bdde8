"""Playing a recording: decoded by the child, since it may be a stranger's, and written to the loudspeaker."""

from collections.abc import Callable
from pathlib import Path

from chat.core.voice.devices import Loudspeaker
from chat.core.voice.messages import Sound
from chat.core.voice.process import DECODE, Child
from chat.errors import ChatError
from chat.net.threads import DaemonThread

SAMPLE_RATE = 16_000  # as the child hands it over


class Player:
    """Plays one recording at a time in a thread of its own. Any thread may call."""

    def __init__(self, open_loudspeaker: Callable[[int], Loudspeaker], trouble: Callable[[str], None]) -> None:
        self._open_loudspeaker = open_loudspeaker
        self._trouble = trouble
        self._child: Child | None = None
        self._stopped = False
        self._thread: DaemonThread | None = None

    def play(self, path: Path) -> None:
        """Begin, in place of what is playing. NoSoundDevice, or NotARecording if it cannot be opened."""
        self.stop()
        loudspeaker = self._open_loudspeaker(SAMPLE_RATE)
        try:
            child = Child(path, DECODE)
        except ChatError:
            loudspeaker.close()
            raise
        self._child, self._stopped = child, False
        self._thread = DaemonThread(self._run, "player", child, loudspeaker)
        self._thread.start()

    def wait(self) -> None:
        """Until it has been played to its end. Nothing if nothing plays."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Be silent. Nothing if nothing plays."""
        self._stopped = True
        if self._child is not None and self._thread is not None:
            self._child.kill()
            self._thread.join()

    def _run(self, child: Child, loudspeaker: Loudspeaker) -> None:
        try:
            with child:
                for message in child.messages():
                    if self._stopped:
                        break
                    if isinstance(message, Sound):
                        loudspeaker.write(message.samples)
        except ChatError as error:
            if not self._stopped:
                self._trouble(f"It cannot be played: {error}")
        finally:
            loudspeaker.close()
