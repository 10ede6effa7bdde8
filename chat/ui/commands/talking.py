"""Writing to people."""

from chat.core.events import Status
from chat.ui.shell import Shell, parse_targets
from chat.ui.table import command


@command("/msg NAME[,NAME…] TEXT")
def msg(shell: Shell, arguments: str) -> None:
    """Send a message to one or to many, or into a room, as in /msg #tea hello. Who is off gets it later."""
    names, _, text = arguments.partition(" ")
    shell.send(parse_targets(names), text.strip())


@command("/query NAME[,NAME…]")
def query(shell: Shell, arguments: str) -> None:
    """Talk to one or to many, or in a room, as in /query #tea: plain lines go there from now on."""
    names = parse_targets(arguments)
    shell.node.make_known(names)
    shell.talking_to = names
    shell.show([Status(name="talking to", value=", ".join(names), source="/query")])


@command("/close")
def close(shell: Shell, arguments: str) -> None:
    """Talk to nobody: plain lines go nowhere until the next /query."""
    shell.talking_to = ()
