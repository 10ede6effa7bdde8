"""A registry and its clients for the demo: on loopback, on free ports, all they keep in a temporary folder.

Leaving the stage ends every process and removes the folder, whatever happened before.
"""

import json
import secrets
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from bot import CLIENT, ChatClient

SERVER = CLIENT.with_name("server.py")
STOP_TIMEOUT_S = 10.0


class Stage:
    """To be used in a with block."""

    def __enter__(self) -> Self:
        """Start the registry."""
        self._folder = tempfile.TemporaryDirectory(prefix="p2pchat-demo-")
        self._clients: list[ChatClient] = []
        self._path = Path(self._folder.name)
        self._registry = subprocess.Popen(
            [sys.executable, str(SERVER), "--json", "--listen", "127.0.0.1:0", "--data", str(self._path / "registry")],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for us, who then end it
        )
        try:
            self._address, self._fingerprint = self._read_greeting()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everybody, and leave nothing behind."""
        self.kill_clients()
        for client in self._clients:
            client.close()
        self._registry.terminate()
        self._registry.wait(STOP_TIMEOUT_S)
        self._folder.cleanup()

    def client(self, name: str) -> ChatClient:
        """Start a client; the first time, that enrols it."""
        client = ChatClient(*self.flags(name))
        self._clients.append(client)
        return client

    def kill_clients(self) -> None:
        """End all clients at once: whoever waits for their events waits no more. For another thread."""
        for client in self._clients:
            client.kill()

    def flags(self, name: str) -> list[str]:
        """What client.py is called with for that person, whose password is made up at the first call."""
        password = self._path / f"{name}.password"
        if not password.exists():
            password.touch(0o600)
            password.write_text(secrets.token_hex() + "\n")
        registry = ["--registry", self._address, "--registry-fingerprint", self._fingerprint]
        own = ["--home", str(self._path / name), "--password-file", str(password), "--listen", "127.0.0.1:0"]
        return ["--name", name, *registry, *own]

    def _read_greeting(self) -> tuple[str, str]:
        """Where the registry listens, and by what it is known."""
        assert self._registry.stdout
        first = self._registry.stdout.readline()
        if not first:
            raise RuntimeError("The registry did not start; what it said is above.")
        threading.Thread(target=self._registry.stdout.read, daemon=True).start()  # lest its log fill the pipe
        greeting = json.loads(first)
        return greeting["on"], greeting["fingerprint"]
