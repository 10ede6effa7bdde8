"""Writing to people."""

from chat.ui.shell import Shell, parse_targets, targets_and_rest
from chat.ui.table import command


@command("/msg NAME[,NAME…] TEXT")
def msg(shell: Shell, arguments: str) -> None:
    """Send a message to one or to many, or into a room, as in /msg #tea hello. Who is off gets it later."""
    shell.send(*targets_and_rest(arguments))


@command("/query NAME[,NAME…]")
def query(shell: Shell, arguments: str) -> None:
    """Talk to one or to many, or in a room, as in /query #tea: plain lines go there from now on."""
    shell.talk_to(parse_targets(arguments))


@command("/close")
def close(shell: Shell, arguments: str) -> None:
    """Talk to nobody: plain lines go nowhere until the next /query."""
    shell.talk_to(())
