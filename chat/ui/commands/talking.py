"""Writing to people."""

from chat.ui.shell import Shell, names_and_rest, parse_names
from chat.ui.table import command


@command("/msg NAME[,NAME…] TEXT")
def msg(shell: Shell, arguments: str) -> None:
    """Send a message to one or to many. Who is off gets it when both can be found."""
    shell.send(*names_and_rest(arguments))


@command("/query NAME[,NAME…]")
def query(shell: Shell, arguments: str) -> None:
    """Talk to one or to many: plain lines go there from now on."""
    shell.talk_to(parse_names(arguments))


@command("/close")
def close(shell: Shell, arguments: str) -> None:
    """Talk to nobody: plain lines go nowhere until the next /query."""
    shell.talk_to(())
