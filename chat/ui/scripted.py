"""Without a prompt: -c commands, or lines from standard input, for --json and for pipes."""

import sys

from chat.core.events import Warn
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


def run_lines(shell: Shell) -> int:
    """Run what comes on standard input until its end or /quit: the exit code."""
    for line in sys.stdin:
        shell.begin(line)
        if shell.ended:
            break
    shell.settle()
    return 0
