#!/usr/bin/env python3
"""A small bot on `client.py --json`, whose standard output has one event a line and whose input takes commands.

    python examples/bot.py --name helper --password-file PATH

The flags are those of client.py. docs/protocol.md lists the events; of the program nothing is imported,
so a bot can be written in any language in just this way.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).resolve().parent.parent / "client.py"

Event = dict[str, Any]
Answer = Callable[[str, str], str]  # (who wrote, what) -> what to write back, or nothing


class ChatClient:
    """A running client: iterate over it for its events, and give it commands."""

    def __init__(self, *flags: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CLIENT), "--json", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the bot, which then ends the client in an orderly way
        )
        assert self._process.stdin
        assert self._process.stdout
        self._commands, self._events = self._process.stdin, self._process.stdout

    def __iter__(self) -> Iterator[Event]:
        for line in self._events:
            yield json.loads(line)

    def command(self, line: str) -> None:
        """Have it run a command, as one types it at the prompt."""
        self._commands.write(line + "\n")
        self._commands.flush()

    def send(self, names: Iterable[str], text: str) -> None:
        """Write to one or to many. A command is one line, and so is its text."""
        self.command(f"/msg {','.join(names)} {' '.join(text.split())}")

    def close(self) -> int:
        """Let it sign out and end: its exit code. The end of its input is /quit."""
        with suppress(BrokenPipeError):  # it ended by itself
            self._commands.close()
        return self._process.wait()

    def kill(self) -> None:
        """End it without asking. For other threads too."""
        self._process.kill()


def serve(client: ChatClient, answer: Answer) -> None:
    """Answer whatever is written, until the client ends."""
    for event in client:
        match event:
            case {"event": "ready", "name": name}:
                print(f"{name} is on.", flush=True)
            case {"event": "message", "kind": "text", "from": sender, "text": text}:
                if reply := answer(sender, text):
                    client.send([sender], reply)
            case {"event": "warning" | "error" | "key_changed", "message": message}:
                print(message, file=sys.stderr)


def answer(sender: str, text: str) -> str:
    """Tell the time, or say what was said."""
    if text.lower().startswith("time"):
        return f"It is {time.strftime('%H:%M')} here."
    return f"You said: {text}. I can also tell you the time, {sender}."


if __name__ == "__main__":
    bot = ChatClient(*sys.argv[1:])
    try:
        serve(bot, answer)
    except KeyboardInterrupt:
        pass
    finally:
        sys.exit(bot.close())
