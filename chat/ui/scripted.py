"""Without a prompt: -c commands, or lines from standard input, for --json and for pipes.

A program that writes a line as JSON, {"line": "…"}, can have line breaks in it.
"""

import sys

import msgspec

from chat.core.events import Done, Failure, Warn
from chat.ui.console import Console
from chat.ui.shell import Shell, waiting_for


def run_commands(shell: Shell, console: Console, commands: tuple[str, ...], wait_s: float) -> int:
    """Run each, wait for what they sent, and say what is still pending: the exit code."""
    console.count_deliveries()
    for line in commands:
        shell.execute(line)
        if shell.ended:
            break
    if shell.has_node:
        shell.node.player.wait()
    for names in console.wait_delivered(wait_s).values():
        console.notify(Warn(message=waiting_for(names)))
    return shell.exit_code


class Typed(msgspec.Struct, frozen=True):
    """A line as a program may write it."""

    line: str


def run_lines(shell: Shell, *, as_json: bool) -> int:
    """Run what comes on standard input until its end or /quit: the exit code."""
    for line in sys.stdin:
        if as_json and line.startswith("{"):
            _begin_typed(shell, line)
        else:
            shell.begin(line)
        if shell.ended:
            break
    shell.settle()
    return 0


def _begin_typed(shell: Shell, line: str) -> None:
    try:
        shell.begin(msgspec.json.decode(line, type=Typed).line)
    except (ValueError, RecursionError) as error:
        shell.settle()
        shell.show([Failure(message=f'A line that begins with {{ is {{"line": "…"}}, and this is not: {error}.')])
        shell.show([Done(command="", ok=False)])
