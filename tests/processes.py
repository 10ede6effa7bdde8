"""The real programs, as processes: server.py and client.py --json, started, spoken to, killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60.0
PASSWORD = "a password for tests"

ALTERED = "tests/e2e/altered.py"

Event = dict[str, Any]
Altered = dict[str, Any]  # alteration: value, as tests/e2e/altered.py has them


class Process:
    """A program of ours whose standard output is read line by line; `within` is a command that runs it."""

    def __init__(
        self,
        script: str,
        *arguments: str,
        environment: dict[str, str] | None = None,
        within: tuple[str, ...] = (),
    ) -> None:
        self._process = subprocess.Popen(
            [*within, sys.executable, str(ROOT / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", **(environment or {})},
            cwd=ROOT,
            text=True,
        )
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._place = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self.lines.append(line.rstrip("\n"))
                self._more.notify_all()

    def wait_line(self, fits: Callable[[str], bool]) -> str:
        """The next line that fits; those before it are passed over."""
        found = self._find(fits, self._place)
        self._place = found + 1
        return self.lines[found]

    def _find(self, fits: Callable[[str], bool], place: int) -> int:
        """The number of the first line from `place` on that fits, now or later."""
        end = time.monotonic() + PATIENCE_S
        while True:
            with self._more:
                if not self._more.wait_for(partial(self._reaches, place), end - time.monotonic()):
                    raise AssertionError(f"no such line; there were: {self.lines[-20:]}")
            if fits(self.lines[place]):
                return place
            place += 1

    def _reaches(self, place: int) -> bool:
        return len(self.lines) > place

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def end_input(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        try:
            code = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGABRT)  # it tells where its threads are
            self._process.wait(PATIENCE_S)
            self._reader.join(PATIENCE_S)
            raise AssertionError("\n".join(["It does not end:", *self.lines[-200:]])) from None
        self._reader.join(PATIENCE_S)
        return code

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Server(Process):
    """python server.py on a free port of the loopback."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        port: int = 0,
        altered: Altered | None = None,
        within: tuple[str, ...] = (),
    ) -> None:
        listen = ("--listen", f"127.0.0.1:{port or free_port()}", "--data", str(folder))
        flags = (*listen, "--rate-per-address", "1000", "--json", *arguments)
        script = "server.py" if altered is None else ALTERED
        super().__init__(script, *flags, environment=alterations(altered), within=within)
        listens = json.loads(self.wait_line(lambda line: '"listens"' in line))
        self.address = str(listens["on"])
        self.fingerprint = str(listens["fingerprint"])

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()


class Client(Process):
    """python client.py --json."""

    def __init__(
        self,
        folder: Path,
        name: str,
        registry: str,
        *arguments: str,
        script: str = "",
        environment: dict[str, str] | None = None,
        altered: Altered | None = None,
        within: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self._places: dict[str, int] = {}  # by kind of event: from where on none of it was asked for
        flags = [*client_arguments(folder, name, registry), "--json", *arguments]
        script = script or ("client.py" if altered is None else ALTERED)
        super().__init__(script, *flags, environment=environment or alterations(altered), within=within)

    def ready(self) -> "Client":
        """It is; what waited for it may have been told before. The warnings of a first start are passed over."""
        self.event("ready")
        self._places["warning"] = self._places["ready"]
        return self

    def event(self, kind: str, **facts: object) -> Event:
        """The next event of that kind with those facts; others of that kind are passed over, other kinds are not."""

        def fits(line: str) -> bool:
            event = json.loads(line)
            return event["event"] == kind and all(event.get(key) == value for key, value in facts.items())

        found = self._find(fits, self._places.get(kind, 0))
        self._places[kind] = found + 1
        return dict(json.loads(self.lines[found]))

    def do(self, line: str) -> None:
        """Type a command and see it succeed."""
        self.type(line)
        assert self.event("done")["ok"], self.lines[-5:]

    @property
    def events(self) -> list[Event]:
        return [json.loads(line) for line in self.lines]

    def texts(self) -> list[str]:
        """What it showed of what others wrote."""
        return [event["text"] for event in self.events if event["event"] == "message"]

    def history(self, name: str) -> list[Event]:
        """All that it has with `name`."""
        before = len(self.lines)
        self.type(f"/history {name} -n 10000")
        assert self.event("done", command="history")["ok"]
        return [event for event in self.events[before:] if event["event"] == "history"]

    def quit(self) -> int:
        self.end_input()
        return self.wait()


def alterations(altered: Altered | None) -> dict[str, str]:
    return {} if altered is None else {"ALTERED": json.dumps(altered)}


def client_arguments(folder: Path, name: str, registry: str) -> list[str]:
    """The flags that every client of a test has."""
    password_file = folder / "password"
    if not password_file.exists():
        password_file.write_text(PASSWORD + "\n")
    return [
        "--name",
        name,
        "--registry",
        registry,
        "--home",
        str(folder / name),
        "--password-file",
        str(password_file),
        "--listen",
        "127.0.0.1:0",
    ]


def run_client(
    folder: Path, name: str, registry: str, *arguments: str, encoding: str = "utf-8"
) -> subprocess.CompletedProcess[str]:
    """Run client.py to its end, without a terminal."""
    return subprocess.run(
        [sys.executable, str(ROOT / "client.py"), *client_arguments(folder, name, registry), *arguments],
        capture_output=True,
        encoding=encoding,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        check=False,
        cwd=ROOT,
    )
