"""Who can be found where, and who is told when that changes.

A lease lasts as long as its connection. Each holds a mailbox with the latest presence of each person it
watches; whoever causes a change puts it there and wakes the thread whose connection it is. Nothing is
put there that would tell the watcher no more than it knows: otherwise someone who was blocked would
hear "offline" at the very moment when the other one comes.

One lock guards it all. It is held for dictionary work and for wake-ups, which never block.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from chat.errors import UserError
from chat.wire.registry import MAX_NAMES, Presence, Push, Revoked, Superseded, offline
from db.accounts import Account


@dataclass(eq=False)
class Lease:
    """A signed-in person, for as long as the connection stands."""

    account: Account
    addresses: tuple[str, ...]
    port: int
    hidden: bool
    blocked: set[str]
    watched: set[str]
    wake: Callable[[], None]
    mailbox: dict[object, Push] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)  # who is online as far as this person was told

    @property
    def name(self) -> str:
        """Whose it is."""
        return self.account.name

    def as_seen_by(self, name: str) -> Presence:
        """What `name` may know of this person."""
        if self.hidden or name in self.blocked:
            return offline(self.name, self.account.peer_id, self.account.public_key)
        account = self.account
        return Presence(self.name, True, account.peer_id, account.public_key, self.addresses, self.port)

    def show(self, presence: Presence) -> None:
        """Post where somebody is now, unless that is offline and known."""
        if presence.online:
            self.shown.add(presence.name)
        elif presence.name in self.shown:
            self.shown.discard(presence.name)
        else:
            return
        self.post(presence.name, presence)

    def post(self, key: object, push: Push) -> None:
        """Put it into the mailbox, last, in place of what was there under that key."""
        self.mailbox.pop(key, None)
        self.mailbox[key] = push
        self.wake()


class Directory:
    """All leases of one registry server. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leases: dict[str, Lease] = {}
        self._watchers: dict[str, set[Lease]] = {}
        self._closed = False

    def close(self) -> None:
        """The registry ends: whoever is cut off by that is not gone, and nobody is told so."""
        with self._lock:
            self._closed = True

    def sign_in(self, lease: Lease) -> list[Presence]:
        """Begin it, in place of an older one of the same person: who of those watched can be found."""
        with self._lock:
            older = self._leases.get(lease.name)
            if older is not None:
                self._end(older)
                older.post(Superseded, Superseded(older.account.public_key != lease.account.public_key))
            self._leases[lease.name] = lease
            for name in lease.watched:
                self._watchers.setdefault(name, set()).add(lease)
            self._tell_watchers(lease)
            others = (self._leases.get(name) for name in lease.watched)
            online = [seen for other in others if other and (seen := other.as_seen_by(lease.name)).online]
            lease.shown.update(seen.name for seen in online)
            return online

    def sign_out(self, lease: Lease) -> bool:
        """End it, unless it was superseded: then False."""
        with self._lock:
            if not self._stands(lease):
                return False
            self._end(lease)
            if not self._closed:
                self._tell_watchers(lease, gone=True)
            return True

    def expel(self, name: str) -> None:
        """End the lease of that person, whose key is void now."""
        with self._lock:
            lease = self._leases.get(name)
            if lease is not None:
                self._end(lease)
                self._tell_watchers(lease, gone=True)
                lease.post(Superseded, Superseded(True))

    def take_mail(self, lease: Lease) -> list[Push]:
        """What has been put into its mailbox."""
        with self._lock:
            mail = list(lease.mailbox.values())
            lease.mailbox.clear()
            return mail

    def set_hidden(self, lease: Lease, hidden: bool, port: int = 0) -> None:
        """Be offline to everybody, or be found again, on `port`."""
        with self._lock:
            lease.hidden = hidden
            lease.port = port or lease.port
            if self._stands(lease):
                self._tell_watchers(lease)

    def set_blocked(self, lease: Lease, names: Iterable[str], blocked: bool) -> None:
        """Be offline to these, or be as to all others again. UserError if they are too many."""
        with self._lock:
            if blocked:
                _check_number(lease.blocked | set(names))
            for name in names:
                (lease.blocked.add if blocked else lease.blocked.discard)(name)
                other = self._leases.get(name)
                if other is not None and lease.name in other.watched and self._stands(lease):
                    other.show(lease.as_seen_by(name))

    def watch(self, lease: Lease, names: Iterable[str]) -> None:
        """Put the presence of these into the mailbox, now if they can be found, and at each change.

        UserError if they are too many.
        """
        with self._lock:
            _check_number(lease.watched | set(names))
            if not self._stands(lease):
                return  # nobody would take it off the lists again
            for name in names:
                lease.watched.add(name)
                self._watchers.setdefault(name, set()).add(lease)
                other = self._leases.get(name)
                if other is not None:
                    lease.show(other.as_seen_by(lease.name))

    def unwatch(self, lease: Lease, names: Iterable[str]) -> None:
        """Put theirs there no more."""
        with self._lock:
            for name in names:
                lease.watched.discard(name)
                lease.shown.discard(name)
                lease.mailbox.pop(name, None)  # the answer is the last that is said of them
                self._unwatch(lease, name)

    def find(self, account: Account, asker: str) -> Presence:
        """Where the person of that account is, for `asker` to know."""
        with self._lock:
            lease = self._leases.get(account.name)
            if lease is None:
                return offline(account.name, account.peer_id, account.public_key)
            return lease.as_seen_by(asker)

    def findable(self, prefix: str, asker: str) -> list[str]:
        """Everyone whom `asker` can find and whose name starts so, by name."""
        with self._lock:
            leases = list(self._leases.values())
        return sorted(
            lease.name
            for lease in leases
            if lease.name.startswith(prefix) and not lease.hidden and asker not in lease.blocked
        )

    def tell_of(self, revoked: Revoked) -> None:
        """Put it into the mailboxes of all who watch the person whose key is void."""
        with self._lock:
            for watcher in self._watchers.get(revoked.name, ()):
                watcher.post((Revoked, revoked.public_key), revoked)

    def tell(self, names: Iterable[str], key: object, push: Push) -> None:
        """Put it into the mailboxes of those of them who are signed in."""
        with self._lock:
            for name in names:
                lease = self._leases.get(name)
                if lease is not None:
                    lease.post(key, push)

    def __len__(self) -> int:
        """How many are signed in."""
        return len(self._leases)

    def _stands(self, lease: Lease) -> bool:
        """Whether it has not ended, by another sign-in or a new key."""
        return self._leases.get(lease.name) is lease

    def _end(self, lease: Lease) -> None:
        del self._leases[lease.name]
        for name in lease.watched:
            self._unwatch(lease, name)

    def _unwatch(self, lease: Lease, name: str) -> None:
        watchers = self._watchers.get(name, set())
        watchers.discard(lease)
        if not watchers:
            self._watchers.pop(name, None)

    def _tell_watchers(self, lease: Lease, *, gone: bool = False) -> None:
        account = lease.account
        for watcher in self._watchers.get(lease.name, ()):
            seen = lease.as_seen_by(watcher.name)
            if gone:
                seen = offline(lease.name, account.peer_id, account.public_key)
            watcher.show(seen)


def _check_number(names: Collection[str]) -> None:
    if len(names) > MAX_NAMES:
        raise UserError(f"The registry keeps at most {MAX_NAMES} names of each kind for you.")
