"""The people one knows: contacts, who is blocked, muted, verified; at home and at the registry."""

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from chat.core.line import Line, SignInFacts
from chat.core.reading import reading
from chat.core.switchboard import Switchboard
from chat.core.transfer.transfers import Transfers
from chat.core.trust import trust
from chat.core.writer import Writer
from chat.errors import NetworkError, UserError
from chat.wire import registry as wire
from db.connection import Connection, Value
from db.files import names_with_unfinished_files
from db.pool import Pool
from db.privacy import find_privacy, names_to_tell, put_privacy
from db.rooms import fellow_members
from db.streams import names_with_pending
from db.users import User, all_users, find_user, update_user

T = TypeVar("T")

MAX_NICKNAMES_CHARS = 1000


class AddressBook:
    """Reads who is known. Any thread may call."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def all(self) -> list[User]:
        """Everyone known."""
        return self.read(all_users)

    def find(self, name: str) -> User | None:
        """The one of that name."""
        return self.read(lambda connection: find_user(connection, name))

    def get(self, name: str) -> User:
        """The one of that name. UserError if there is none."""
        user = self.find(name)
        if user is None:
            raise UserError(f"Nobody called {name} is known here: /add {name} first.")
        return user

    def read(self, question: Callable[[Connection], T]) -> T:
        """The answer of the database. StorageFailure if it gives none."""
        with reading(self.pool) as connection:
            return question(connection)


class People(AddressBook):
    """Any thread may call. `blocked` and `muted` are immutable snapshots.

    `exportable`: whether what we write may be in the anonymised exports of others.
    """

    def __init__(self, own_name: str, writer: Writer, pool: Pool) -> None:
        self._own_name = own_name
        self._writer = writer
        super().__init__(pool)
        self._lock = threading.Lock()
        self._watched: set[str] = set()
        known = self.all()
        self.exportable = bool(self.read(lambda connection: find_privacy(connection, own_name)).exportable)
        self.blocked: frozenset[str] = frozenset(user.name for user in known if user.blocked)
        self.muted: frozenset[str] = frozenset(user.name for user in known if user.muted)

    def connect(self, line: Line, switchboard: Switchboard, transfers: Transfers) -> None:
        """The parts that are made after this one."""
        self._line = line
        self._switchboard = switchboard
        self._transfers = transfers

    def facts(self, *, port: int, addresses: tuple[str, ...], hidden: bool) -> SignInFacts:
        """What is said at sign-in, with whom we block and whom we watch."""
        first, others = self._wanted()
        with self._lock:
            others |= self._watched  # who is being added, or written to, just now among them
            self._watched = first | others
        blocked = tuple(sorted(self.blocked))[: wire.MAX_NAMES]
        names = (*sorted(first), *sorted(others - first))[: wire.MAX_NAMES]
        return SignInFacts(port, addresses, hidden, blocked, names)

    def _wanted(self) -> tuple[set[str], set[str]]:
        """Whose coming one is to hear of: contacts and with whom something is under way first, then the others."""
        with reading(self.pool) as connection:
            first = {user.name for user in all_users(connection) if user.contact}
            first.update(names_with_pending(connection), names_with_unfinished_files(connection))
            others = {name for name in fellow_members(connection) if name != self._own_name}
            others.update(names_to_tell(connection, exportable=self.exportable))
        return first, others

    def make_known(self, name: str) -> None:
        """Have a row for `name`, and hear of that person's coming. UserError if the registry knows none."""
        if name == self._own_name:
            raise UserError("That is you.")
        with self._lock:
            if name in self._watched:  # so it is known too
                return
        if self.find(name) is None:
            peer_id = self.look_up(name).peer_id
            self._writer.call(lambda tx: update_user(tx, name, peer_id=peer_id))
        self.watch((name,), wait=True)

    def look_up(self, name: str) -> wire.Presence:
        """What the registry knows of `name`. UserError if that is nothing."""
        try:
            found = self._line.ask(lambda number: wire.Lookup(number, name), wire.Found)
        except NetworkError as error:
            raise NetworkError(f"{name} is not known here yet, and the registry cannot be asked: {error}") from None
        if found.presence is None:
            raise UserError(f"Nobody called {name} is registered. /who lists who can be found.")
        return found.presence

    def add(self, name: str, address: tuple[str, int] | None) -> None:
        """Put someone among the contacts, by the registry or with an address to try without it."""
        self.make_known(name)
        where: dict[str, Value] = {"ip": address[0], "port": address[1]} if address else {}
        if not self.get(name).peer_id:  # known as a member of a room, and not met yet
            where["peer_id"] = self.look_up(name).peer_id
        self._writer.call(lambda tx: update_user(tx, name, contact=1, **where))

    def remove(self, name: str) -> None:
        """Take someone from the contacts. The key stays pinned, and what waits for them goes out all the same."""
        if not self.get(name).contact:
            raise UserError(f"{name} is not among your contacts.")
        self._change(name, contact=0)
        if name in set().union(*self._wanted()):
            return
        with self._lock:
            self._watched.discard(name)
        self._line.tell(lambda number: wire.Unwatch(number, (name,)))

    def block(self, name: str) -> None:
        """Take nothing more from `name`, be offline to that person, and hang up."""
        self.make_known(name)
        self._change(name, blocked=1)
        self.blocked |= {name}
        self._transfers.stop_all(name)
        self._switchboard.end(name)  # first, as at a sign-off: the other order would tell
        self._line.tell(lambda number: wire.Block(number, (name,)))

    def unblock(self, name: str) -> None:
        """Take messages again; those that wait on the other side come in."""
        self.get(name)
        self._change(name, blocked=0)
        self.blocked -= {name}
        self._line.tell(lambda number: wire.Unblock(number, (name,)))
        self._switchboard.news(name)

    def mute(self, name: str, muted: bool) -> None:
        """Show messages of `name` without a notice, or with one again."""
        self.get(name)
        self._change(name, muted=int(muted))
        self.muted = self.muted | {name} if muted else self.muted - {name}

    def verify(self, name: str) -> None:
        """The safety number was compared."""
        self._change(name, verified=1)

    def trust(self, name: str, number: str) -> None:
        """Take the key that was shown for `name` from now on, and begin anew with it."""
        self._writer.call(lambda tx: trust(tx, name, number))
        self._transfers.stop_all(name)
        self._switchboard.end(name)
        self._switchboard.composed(name)

    def consent(self, *, exportable: bool) -> None:
        """Have everybody told whether what we write may be in their anonymised exports: who is linked at once.

        It is said at the beginning of each link, so all links are begun anew.
        """
        own_name = self._own_name

        def note(tx: Connection) -> None:
            put_privacy(tx, find_privacy(tx, own_name)._replace(exportable=int(exportable)))

        self._writer.call(note)
        self.exportable = exportable
        self._switchboard.end_all()
        self._switchboard.deliver_all()

    def call(self, name: str, nicknames: str) -> None:
        """Note what else somebody, or oneself, is called, separated by commas, in place of what was noted before."""
        if name != self._own_name:
            self.get(name)
        if len(nicknames) > MAX_NICKNAMES_CHARS:
            raise UserError(f"That is too much: {MAX_NICKNAMES_CHARS} characters are kept.")
        self._writer.call(lambda tx: put_privacy(tx, find_privacy(tx, name)._replace(nicknames=nicknames)))

    def watch(self, names: Iterable[str], *, wait: bool) -> None:
        """Hear of the coming of these, who are known; with `wait` it is known then who of them is there."""
        with self._lock:
            fresh = tuple(name for name in names if name not in self._watched)
            self._watched.update(fresh)
        if fresh:
            (self._line.tell if wait else self._line.post)(lambda number: wire.Watch(number, fresh))

    def _change(self, name: str, **changes: int) -> None:
        self._writer.call(lambda tx: update_user(tx, name, **changes))
