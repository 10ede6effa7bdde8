#!/usr/bin/env python3
"""Takes the pictures of the README: `make screens`.

The real server and three real clients run in pseudo-terminals, each under a terminal emulator; what
that shows is drawn. So the pictures are what a person sees, and taking them again is one command.
"""

import os
import select
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pexpect
import pyte
from terminal_svg import GAP, Window, render

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screens"
PATIENCE_S = 30.0
USUAL_PORT = 5530
WIDE, NARROW = 105, 50  # columns: two narrow windows side by side are as wide as a wide one
ENTER, CLEAR = "\r", "\x0c"  # CLEAR is Ctrl-L
SHELL = "bash --norc --noprofile --noediting"


class Terminal:
    """A shell in a window."""

    def __init__(self, title: str, columns: int, rows: int, environment: dict[str, str]) -> None:
        self.title = title
        self.screen = pyte.Screen(columns, rows)
        self._answers: list[str] = []
        self.screen.write_process_input = self._answers.append  # what a terminal says when it is asked
        self._stream = pyte.Stream(self.screen)
        self._child = pexpect.spawn(
            SHELL, env=environment, encoding="utf-8", cwd=str(ROOT), dimensions=(rows, columns), echo=True
        )

    def fileno(self) -> int:
        """For select."""
        return int(self._child.fileno())

    def pump(self) -> None:
        """Have the emulator show what the program has written."""
        with suppress(pexpect.TIMEOUT, pexpect.EOF):
            self._stream.feed(self._child.read_nonblocking(65_536, 0))
        while self._answers:
            self._child.send(self._answers.pop(0))

    def type(self, keys: str) -> None:
        """Press keys."""
        self._child.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def shows(self, text: str) -> bool:
        """Whether it stands on the screen, in however many lines."""
        return "".join(text.split()) in "".join("".join(self.screen.display).split())

    def close(self) -> None:
        """Hang up: the shell and its program end."""
        self._child.close(force=True)


class Studio:
    """All terminals. While one is waited for all of them are served."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._environment = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "P2PCHAT_REGISTRY": f"127.0.0.1:{self.port}",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PS1": "$ ",
            "TERM": "xterm-256color",
        }
        self.terminals: list[Terminal] = []

    def open(self, title: str, columns: int, rows: int) -> Terminal:
        """A new terminal with a shell that waits for a command."""
        terminal = Terminal(title, columns, rows, self._environment)
        self.terminals.append(terminal)
        self.wait(terminal, "$")
        return terminal

    def do(self, terminal: Terminal, line: str, then: str) -> None:
        """Type a line, press Enter, and wait until `then` is shown."""
        terminal.type(line + ENTER)
        self.wait(terminal, then)

    def wait(self, terminal: Terminal, text: str) -> None:
        """Wait until `text` is shown, and nothing more comes for a moment."""
        end = time.monotonic() + PATIENCE_S
        while self._serve(0.3) or not terminal.shows(text):
            if time.monotonic() > end:
                raise SystemExit(f"{terminal.title} never showed {text!r} but\n" + "\n".join(terminal.screen.display))

    def close(self) -> None:
        """End all of it."""
        for terminal in self.terminals:
            terminal.close()

    def _serve(self, timeout_s: float) -> bool:
        ready, _, _ = select.select(self.terminals, [], [], timeout_s)
        for terminal in ready:
            terminal.pump()
        return bool(ready)


@contextmanager
def studio() -> Iterator[Studio]:
    """A studio whose data lie in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="p2pchat-screens-") as folder:
        place = Studio(Path(folder))
        try:
            yield place
        finally:
            place.close()


def free_port() -> int:
    """The usual port if it is free, else any."""
    for port in (USUAL_PORT, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as probe:
            return int(probe.getsockname()[1])
    raise SystemExit("No port is free.")


def play(place: Studio, pictures: Path) -> None:
    """A short conversation; a picture of each thing worth one."""
    server = place.open("the registry", WIDE, 22)
    place.do(server, f"python server.py --listen 127.0.0.1:{place.port}", "fingerprint")
    bob = place.open("bob", WIDE, 13)
    enrol(place, bob)
    save(pictures / "enrolling.svg", [bob])
    alice, carol = place.open("alice", WIDE, 14), place.open("carol", NARROW, 14)
    for terminal in (alice, carol):
        enrol(place, terminal)
    bob.resize(NARROW, 14)
    for terminal in (alice, bob, carol):
        terminal.type(CLEAR)
        place.wait(terminal, f"{terminal.title}>")
    talk(place, alice, bob, carol)
    save(pictures / "chatting.svg", [alice, bob, carol])
    place.do(carol, "/quit", "$")
    place.wait(server, "carol leaves")
    save(pictures / "registry.svg", [server])


def enrol(place: Studio, terminal: Terminal) -> None:
    """Start a client for the first time."""
    name = terminal.title
    place.do(terminal, f"python client.py --name {name}", f"Choose a password for {name}")
    place.do(terminal, f"the secret of {name}", "Again")
    place.do(terminal, f"the secret of {name}", f"You are {name}")


def talk(place: Studio, alice: Terminal, bob: Terminal, carol: Terminal) -> None:
    """What the three say to each other."""
    place.do(alice, "/who", "carol")
    place.do(alice, "/query bob,carol", "bob,carol>")
    alice.type("Lunch at noon, you two?" + ENTER)
    for terminal in (bob, carol):
        place.wait(terminal, "Lunch at noon, you two?")
    place.do(bob, "/msg alice Not a word to carol: cake!", "✓")
    place.wait(alice, "cake!")
    place.do(carol, "/hide", "hidden")
    place.do(carol, "/msg alice,bob In. Grüße vom See!", "pending")
    place.do(carol, "/show", "✓ sent to")
    for terminal in (alice, bob):
        place.wait(terminal, "Grüße vom See!")


def save(path: Path, terminals: Sequence[Terminal]) -> None:
    """Draw the first terminal, and the others side by side below it."""
    windows = [Window(terminals[0].title, terminals[0].screen)]
    x, y = 0.0, windows[0].size[1] + GAP
    for terminal in terminals[1:]:
        windows.append(Window(terminal.title, terminal.screen, x, y))
        x += windows[-1].size[0] + GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(windows), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    with studio() as place:
        play(place, Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
