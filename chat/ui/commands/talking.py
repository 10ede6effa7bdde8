"""Writing to people."""

from chat.core.events import Status
from chat.ui.shell import Shell, parse_names
from chat.ui.table import command


@command("/msg NAME[,NAME…] TEXT")
def msg(shell: Shell, arguments: str) -> None:
    """Send a message to one or to many. Who is off gets it when both can be found."""
    names, _, text = arguments.partition(" ")
    shell.send(parse_names(names), text.strip())


@command("/query NAME[,NAME…]")
def query(shell: Shell, arguments: str) -> None:
    """Talk to one or to many: plain lines go there from now on."""
    names = parse_names(arguments)
    for name in names:
        shell.node.people.make_known(name)
    shell.talking_to = names
    shell.show([Status(name="talking to", value=", ".join(names), source="/query")])


@command("/close")
def close(shell: Shell, arguments: str) -> None:
    """Talk to nobody: plain lines go nowhere until the next /query."""
    shell.talking_to = ()
