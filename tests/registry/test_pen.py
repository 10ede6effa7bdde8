"""What nobody reads holds up nobody, and what is missing is said when somebody reads again."""

import json
import os
import threading
from pathlib import Path

import pytest

from chat.registry import pen as pen_module
from chat.registry.log import Log
from chat.registry.pen import Pen
from tests.people import wait_until


class Reader:
    """Reads a pipe to its end, once it is told to."""

    def __init__(self) -> None:
        self._reading, self.descriptor = os.pipe()
        self._data = b""
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        with os.fdopen(self._reading, "rb") as file:
            self._data = file.read()

    def start(self) -> None:
        self._thread.start()

    def lines(self) -> list[str]:
        os.close(self.descriptor)
        self._thread.join()
        return self._data.decode().split("\n")


def test_what_is_written_comes_in_order() -> None:
    reader = Reader()
    reader.start()
    pen = Pen(reader.descriptor)
    assert [pen.write(f"{number}\n") for number in range(3)] == [2, 2, 2]
    pen.close()
    assert reader.lines() == ["0", "1", "2", ""]


def test_a_pipe_that_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen_module, "MAX_WAITING", 5)
    monkeypatch.setattr(pen_module, "CLOSE_TIMEOUT_S", 0.01)
    reader = Reader()
    pen = Pen(reader.descriptor)
    pen.write("\n" * 1_000_000)  # more than a pipe holds
    wait_until(pen._lines.empty, "it is being written")
    log = Log(pen, as_json=True)
    for number in range(8):
        log.event("enrols", name=f"person{number}")
    pen.close()  # nor does the end wait for ever
    assert pen._thread.is_alive()
    reader.start()
    wait_until(pen._lines.empty, "all is written")
    log.event("leaves", name="bob")
    monkeypatch.undo()
    pen.close()
    events = [json.loads(line) for line in reader.lines() if line]
    assert [event["event"] for event in events] == [*["enrols"] * 5, "lost", "leaves"]
    assert events[5]["lines"] == 3


def test_a_closed_descriptor(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    os.close(descriptor)
    pen = Pen(descriptor)
    assert pen.write("x\n")
    pen.close()
    assert not pen._thread.is_alive()
