"""Oneself: being found, what is set, help, and leaving."""

from chat.core.events import Help, Status
from chat.net.addresses import format_address
from chat.net.certificates import group
from chat.ui.shell import Shell
from chat.ui.table import ARGUMENTS, KEYS, all_commands, command, find_command


@command("/hide")
def hide(shell: Shell, arguments: str) -> None:
    """Be found by nobody. What you write waits until /show."""
    shell.node.hide()
    shell.show([Status(name="visibility", value="hidden", source="/hide")])


@command("/show")
def show(shell: Shell, arguments: str) -> None:
    """Be found again; what waited goes out."""
    shell.node.show()
    shell.show([Status(name="visibility", value="visible", source="/show")])


@command("/status")
def status(shell: Shell, arguments: str) -> None:
    """Show what is set and how you are connected."""
    node = shell.node
    facts = [
        ("name", node.name, "flag"),
        ("fingerprint", group(node.own_fingerprint), "identity"),
        ("visibility", "hidden" if node.hidden else "visible", "now"),
        ("listening", node.listens_on, "now"),
        ("line to the registry", "up" if node.signed_in else "down", format_address(*node.options.registry)),
        ("registry fingerprint", group(node.credentials.registry_fingerprint), "trusted at enrolment"),
        *shell.sources,
    ]
    shell.show([Status(name=name, value=value, source=source) for name, value, source in facts])


@command("/help [COMMAND]", beside=True)
def help_(shell: Shell, arguments: str) -> None:
    """List the commands, explain one of them, or list the keys with /help keys."""
    if arguments.lower() == "keys":
        shell.show([Help(command="keys", usage=key, help=what) for key, what in KEYS])
    elif arguments:
        entry = find_command(arguments.removeprefix("/").lower())
        words = {word: ARGUMENTS[word] for word in entry.arguments + entry.options if word in ARGUMENTS}
        shell.show([Help(command=entry.name, usage=entry.usage, help=entry.help, arguments=words)])
    else:
        shell.show([Help(command=entry.name, usage=entry.usage, help=entry.help) for entry in all_commands()])


@command("/quit", beside=True)
def quit_(shell: Shell, arguments: str) -> None:
    """Leave. What is pending is sent the next time."""
    shell.ended = True
