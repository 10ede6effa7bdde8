"""Contacts: who is known, found, blocked and trusted."""

from chat.core.events import Contact, Event, Findable, Status, Verification
from chat.core.history import count_unread
from chat.core.trust import safety_number
from chat.errors import UserError
from chat.net.addresses import parse_address
from chat.net.certificates import Identity, fingerprint
from chat.ui.shell import Shell
from chat.ui.table import command
from chat.wire.names import fold_name
from db.users import User


def _contact(shell: Shell, user: User) -> Contact:
    if shell.has_node:
        online, unread = shell.node.is_online(user.name), shell.node.unread.count_from(user.name)
    else:
        online = False
        unread = shell.people.read(lambda connection: count_unread(connection, user.name, user.read_up_to))
    return Contact(
        name=user.name,
        online=online,
        unread=unread,
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
    known = [_contact(shell, user) for user in shell.people.all() if user.contact or user.blocked]
    shell.show(known or [Status(name="contacts", value="none yet: /add NAME makes one", source="/contacts")])


@command("/who [PREFIX]")
def who(shell: Shell, arguments: str) -> None:
    """List who else can be found now, all or those whose names start so."""
    listing = shell.node.who(arguments.lower())
    found: list[Event] = [Findable(name=name, online=True) for name in listing.names if name != shell.name]
    shell.show(found or [Status(name="who", value="nobody else can be found now", source="/who")])
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
