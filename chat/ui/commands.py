"""The commands, each one function; importing this module fills the table."""

import re
from datetime import datetime

from chat.core.events import Contact, Event, Findable, Help, Status, Verification
from chat.core.history import Query, count_unread, read_history
from chat.core.trust import safety_number
from chat.errors import UserError
from chat.net.addresses import format_address, parse_address
from chat.net.certificates import Identity, fingerprint
from chat.times import format_time
from chat.ui.shell import Shell, parse_names
from chat.ui.table import COMMANDS, command, find_command
from chat.wire.names import fold_name
from db.users import User

DEFAULT_LINES = 20
MAX_LINES = 10_000


def _contact(shell: Shell, user: User) -> Contact:
    online = shell.node.is_online(user.name) if shell.has_node else False
    return Contact(
        name=user.name,
        online=online,
        unread=shell.people.read(lambda connection: count_unread(connection, user.name, user.read_up_to)),
        blocked=user.blocked,
        muted=user.muted,
        verified=user.verified,
        fingerprint=fingerprint(user.public_key) if user.public_key else "",
    )


def _show_contact(shell: Shell, name: str) -> None:
    shell.show([_contact(shell, shell.people.get(name))])


@command("/contacts", beside=True)
def contacts(shell: Shell, arguments: str) -> None:
    """List your contacts, and whom you blocked."""
    shell.show([_contact(shell, user) for user in shell.people.all() if user.contact or user.blocked])


@command("/who [PREFIX]")
def who(shell: Shell, arguments: str) -> None:
    """List who can be found now, all or those whose names start so."""
    listing = shell.node.who(arguments.lower())
    found: list[Event] = [Findable(name=name, online=True) for name in listing.names]
    shell.show(found)
    if listing.more:
        raise UserError("There are more: say how the name starts, as in /who an.")


@command("/add NAME [IP:PORT]")
def add(shell: Shell, arguments: str) -> None:
    """Put someone among your contacts: you are told when they come and go.

    With an address they can be reached without the registry.
    """
    name, _, address = arguments.partition(" ")
    name = fold_name(name)
    shell.node.people.add(name, parse_address(address.strip()) if address.strip() else None)
    _show_contact(shell, name)


@command("/remove NAME")
def remove(shell: Shell, arguments: str) -> None:
    """Take someone from your contacts. The history and the trusted key stay."""
    shell.node.people.remove(fold_name(arguments))


@command("/msg NAME[,NAME…] TEXT")
def msg(shell: Shell, arguments: str) -> None:
    """Send a message to one or to many. Who is off gets it when both can be found."""
    names, _, text = arguments.partition(" ")
    shell.node.send(parse_names(names), text.strip())


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


@command("/block NAME")
def block(shell: Shell, arguments: str) -> None:
    """Take nothing more from someone, and be offline to them. They are not told."""
    name = fold_name(arguments)
    shell.node.people.block(name)
    _show_contact(shell, name)


@command("/unblock NAME")
def unblock(shell: Shell, arguments: str) -> None:
    """Take messages again; what was written to you meanwhile comes in."""
    name = fold_name(arguments)
    shell.node.people.unblock(name)
    _show_contact(shell, name)


@command("/mute NAME")
def mute(shell: Shell, arguments: str) -> None:
    """Show someone's messages without a notice, or, the next time, with one again."""
    name = fold_name(arguments)
    shell.node.people.mute(name, not shell.people.get(name).muted)
    _show_contact(shell, name)


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


@command("/history [NAME] [-n N] [before:T] [after:T]", beside=True)
def history(shell: Shell, arguments: str) -> None:
    """Show the newest messages, with one person or with all.

    T is a day or a time, as in 2026-01-31 or 2026-01-31T18:30.
    """
    count, arguments = _taken(arguments, r"-n\s+(\S+)", str(DEFAULT_LINES))
    before, arguments = _taken(arguments, r"before:(\S+)", "")
    after, arguments = _taken(arguments, r"after:(\S+)", "")
    if not count.isascii() or not count.isdigit() or not 1 <= int(count) <= MAX_LINES:
        raise UserError(f"-n takes a number from 1 to {MAX_LINES}.")
    name = fold_name(arguments.strip()) if arguments.strip() else ""
    asked = Query(name, int(count), _utc(before), _utc(after))
    lines = shell.people.read(lambda connection: read_history(connection, shell.name, asked))
    shell.show([*lines])


@command("/verify NAME")
def verify(shell: Shell, arguments: str) -> None:
    """Show the safety number of you and someone: equal on both screens, nobody is in between."""
    user = shell.people.get(fold_name(arguments))
    if not user.public_key:
        raise UserError(f"You have not met {user.name} yet: the key comes with the first connection.")
    other = Identity(user.name, user.peer_id, user.public_key)
    shell.show([Verification(name=user.name, safety_number=safety_number(shell.node.credentials.identity, other))])


@command("/trust NAME FINGERPRINT")
def trust(shell: Shell, arguments: str) -> None:
    """Accept the other key that someone showed, by its fingerprint."""
    name, _, number = arguments.partition(" ")
    shell.node.people.trust(fold_name(name), number)
    _show_contact(shell, fold_name(name))


@command("/status")
def status(shell: Shell, arguments: str) -> None:
    """Show what is set and how you are connected."""
    node = shell.node
    facts = [
        ("name", node.name, "flag"),
        ("fingerprint", node.own_fingerprint, "identity"),
        ("visibility", "hidden" if node.hidden else "visible", "now"),
        ("listening", node.listens_on, "now"),
        ("line to the registry", "up" if node.signed_in else "down", format_address(*node.options.registry)),
        ("registry fingerprint", node.credentials.registry_fingerprint, "trusted at enrolment"),
        *shell.settings,
    ]
    shell.show([Status(name=name, value=value, source=source) for name, value, source in facts])


@command("/help [COMMAND]", beside=True)
def help_(shell: Shell, arguments: str) -> None:
    """Explain the commands, or one of them."""
    wanted = [find_command(arguments.removeprefix("/"))] if arguments else list(COMMANDS.values())
    shell.show([Help(command=entry.name, usage=entry.usage, help=entry.help) for entry in wanted])


@command("/quit", beside=True)
def quit_(shell: Shell, arguments: str) -> None:
    """Leave. What is pending is sent the next time."""
    shell.ended = True


def _taken(arguments: str, pattern: str, default: str) -> tuple[str, str]:
    """What a pattern's group caught, and the arguments without it."""
    found = re.search(rf"(?:^|\s){pattern}", arguments)
    if not found:
        return default, arguments
    return found.group(1), arguments[: found.start()] + arguments[found.end() :]


def _utc(text: str) -> str:
    """A local day or time as it is stored, or nothing for nothing."""
    if not text:
        return ""
    try:
        return format_time(datetime.fromisoformat(text).astimezone())
    except (ValueError, OverflowError):
        raise UserError(f"{text!r} is no day or time: write 2026-01-31 or 2026-01-31T18:30.") from None
