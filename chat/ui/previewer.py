"""Shows images, one after the other, each when it has been read by a process of its own."""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Full, Queue

from chat.core.images.reading import NotAnImage, preview
from chat.inert import inert
from chat.net.threads import DaemonThread
from chat.ui.canvas import Screen
from chat.ui.preview import INDENT, Way, draw

MAX_WAITING = 8  # of images that come in faster than that the line must do


class Previewer:
    """Owns the thread that reads images and draws them; it ends with the program. Any thread may call."""

    def __init__(self, way: Way, screen: Callable[[], Screen], show: Callable[[str], None]) -> None:
        self._way = way
        self._screen = screen
        self._show = show
        self._waiting: Queue[Path] = Queue(MAX_WAITING)
        self._thread = DaemonThread(self._run, "previews")
        self._started = threading.Lock()

    def want(self, path: Path) -> None:
        """Have an image shown, if the terminal can and not too many wait."""
        if self._way is Way.NONE:
            return
        try:
            self._waiting.put_nowait(path)
        except Full:
            return
        if self._started.acquire(blocking=False):
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._show(self.drawn(self._waiting.get()))

    def drawn(self, path: Path) -> str:
        """The drawing, or a line that says why there is none."""
        screen = self._screen()
        width, height = screen.room(self._way)
        try:
            picture = preview(path, width, height)
        except (NotAnImage, OSError) as error:  # no process is to be had, say
            return f"{INDENT}no preview: {inert(str(error))}"
        return draw(picture, self._way, -(-picture.width // screen.cell[0]))
