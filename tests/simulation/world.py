"""Several simulated people, a network between them, and what must be true after every step.

The schedule is whoever calls: `actions` says what can happen now, in a fixed order, so that the same
choices make the same run. Faults are methods. `check` is called after every step:

* what somebody holds of a writer is in the order of writing, without a gap and without a copy;
* what is marked or told as sent was on the recipient's disk;
* sent never becomes pending again, unless the database itself was set back;
* nothing was stored from somebody blocked, or while hidden.

`heal` ends all faults and lets everything run: then everything is sent, and held.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations

from chat.core.composing import Draft
from chat.core.file_journal import Arrival
from chat.wire.effects import Link, Notice, Sent
from db.connection import transaction
from db.sqlite import SqliteConnection
from db.users import find_user, update_user
from tests.flaky import Sickness, always
from tests.simulation.network import End, Wire
from tests.simulation.person import SimPerson

HEALING_ROUNDS = 20
MAX_STEPS_TO_REST = 20_000
READ_SIZES = (1 << 20, 7, 64)
SNAPSHOTS_KEPT = 3

Action = Callable[[], None]
Pair = tuple[str, str]  # writer, recipient


class Violated(AssertionError):
    """A promise was broken."""


class World:
    """Everything, and a record of what the people were promised."""

    def __init__(self, seed: int = 0, names: tuple[str, ...] = ("alice", "bob", "carol")) -> None:
        self._chance = random.Random(seed)
        self.now = 0.0
        self.people = {name: SimPerson(name, self._chance, self._told, self._stored) for name in names}
        self.composed: dict[Pair, list[bytes]] = defaultdict(list)  # committed, in the order of writing
        self._lost: dict[Pair, set[bytes]] = defaultdict(set)  # in no database of the writer's any more
        self._exempt: dict[Pair, set[bytes]] = defaultdict(set)  # on a machine that the recipient gave up
        self._on_disk: dict[Pair, set[bytes]] = defaultdict(set)  # at any time
        self._blocked: set[Pair] = set()  # (who is blocked, by whom)
        self._sent_rows: dict[Pair, set[bytes]] = defaultdict(set)
        self._snapshots: dict[str, list[SqliteConnection]] = defaultdict(list)
        self.dials = 0
        for person in self.people.values():
            person.start()
            for other in names:
                if other != person.name:
                    person.know(other)

    # What can happen

    def actions(self) -> list[Action]:
        """Everything that may happen next, by itself."""
        found: list[Action] = []
        for name, person in self.people.items():
            process = person.process
            if process is None:
                continue
            if process.jobs:
                found.append(person.commit)
            if process.answers:
                found.append(person.answer)
            found += [partial(self._read, person, link, size) for link in person.readable() for size in READ_SIZES]
            found += [
                partial(self.dial, name, other)
                for other in self.people
                if other != name and person.wants_to_dial(other) and self._reachable(other)
            ]
        return found

    def step(self, choice: int) -> None:
        """Let one thing happen; nothing if nothing can."""
        actions = self.actions()
        if actions:
            actions[choice % len(actions)]()
        self.check()

    def compose(self, writer: str, recipients: tuple[str, ...]) -> None:
        """Somebody writes; it counts once it is committed."""
        person = self.people[writer]
        if person.process is None:
            return
        message_id = self._chance.randbytes(16)
        draft = Draft(message_id, recipients, f"text {message_id.hex()}", "2026-01-01T00:00:00.000Z")

        def done() -> None:
            rows = "SELECT message_id FROM Sender WHERE name = ?"
            written = [name for name in recipients if message_id in self._rows(writer, rows, name)]
            if written and len(written) < len(recipients):
                raise Violated(f"{writer} wrote to {recipients}, and only {written} have a row")
            for name in written:  # the database knows whether it is, also where the answer was lost
                self.composed[writer, name].append(message_id)

        person.submit(draft, done)
        self.check()

    def dial(self, dialler: str, acceptor: str) -> None:
        """A connection from one to the other, whoever wants it."""
        one, other = self.people[dialler], self.people[acceptor]
        if one.process is None or one.hidden or not self._reachable(acceptor):
            return
        self.dials += 1
        wire = Wire.between(dialler, acceptor)
        one.connected(other, wire, End.DIALLER, self.now)
        other.connected(one, wire, End.ACCEPTOR, self.now)
        self.check()

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for person in self.people.values():
            person.tick(self.now)
        self.check()

    # Faults

    def kill(self, name: str) -> None:
        self.people[name].kill()

    def start(self, name: str) -> None:
        person = self.people[name]
        if person.process is None:
            person.start()

    def fail_commit(self, name: str, *, done: bool) -> None:
        """The database breaks down under the next transaction: before it is done, or after, unanswered."""
        person = self.people[name]
        if person.process is not None and person.process.jobs:
            person.commit(Sickness(answer=always) if done else Sickness(statement=always))
        self.check()

    def cut(self, choice: int, *, losing: bool) -> None:
        """Break one of the connections, both ends being told."""
        wires = list(self._wires())
        if wires:
            wires[choice % len(wires)].cut(losing=losing)

    def silence(self, choice: int) -> None:
        """Break one of the connections, nobody being told."""
        wires = list(self._wires())
        if wires:
            wires[choice % len(wires)].silence()

    def set_hidden(self, name: str, hidden: bool) -> None:
        self.people[name].set_hidden(hidden)
        self.check()

    def set_blocked(self, name: str, by: str, blocked: bool) -> None:
        self.people[by].set_blocked(name, blocked)
        (self._blocked.add if blocked else self._blocked.discard)((name, by))
        self.check()

    def snapshot(self, name: str) -> None:
        self._snapshots[name] = [*self._snapshots[name], self.people[name].snapshot()][-SNAPSHOTS_KEPT:]

    def restore(self, name: str, age: int = 0) -> None:
        """The process dies, and the database is what it was at a snapshot, the newest or an older one."""
        copies = self._snapshots[name]
        if not copies:
            return
        person = self.people[name]
        person.kill()
        person.restore(copies[-1 - age % len(copies)])
        for pair, ids in self.composed.items():
            if pair[0] == name:
                kept = self._rows(name, "SELECT message_id FROM Sender WHERE name = ?", pair[1])
                self._lost[pair] = set(ids) - set(kept)
                self._sent_rows[pair] = set()
        for other in self.people:
            blocked = find_user(person.database, other)
            pair = other, name
            (self._blocked.add if blocked and blocked.blocked else self._blocked.discard)(pair)
        person.start()
        self.check()

    def move(self, name: str) -> None:
        """Somebody enrols on a new machine; what was on the old one is gone."""
        person = self.people[name]
        person.kill()
        person.move()
        self._snapshots.pop(name, None)
        for pair, ids in self.composed.items():
            if pair[0] == name:
                self._lost[pair].update(ids)
                self._sent_rows[pair] = set()
            if pair[1] == name:
                self._exempt[pair].update(self._on_disk[pair])
        person.start()
        for other in self.people:
            if other != name:
                person.know(other)
                self._blocked.discard((other, name))
                self.trust(other, name)
        self.check()

    def trust(self, who: str, whom: str) -> None:
        """Take the other's new key, and begin anew."""
        person = self.people[who]
        with transaction(person.database) as tx:
            update_user(tx, whom, public_key=self.people[whom].key)
        person.hang_up(whom)

    # What must be true

    def check(self) -> None:
        for pair in permutations(self.people, 2):
            self._check_held(pair)
            self._check_sent(pair)

    def heal(self) -> None:
        """End every fault, let everything run to its end, and see that all has arrived."""
        for name in self.people:
            self.start(name)
            self.set_hidden(name, False)
            for other in self.people:
                if other != name:
                    self.set_blocked(other, name, False)
                    self.trust(name, other)
        for pair in permutations(self.people, 2):
            self.dial(*pair)  # who was set back after all was sent is found out at the next contact
        for _ in range(HEALING_ROUNDS):
            self.come_to_rest()
            if self.all_sent():
                return
            self.pass_time(20.0)
        raise Violated("not everything is sent")

    def come_to_rest(self) -> None:
        """Let everything happen that can, in any order, until nothing can."""
        if not self.run_on(MAX_STEPS_TO_REST):
            raise Violated("it never comes to rest")

    def run_on(self, steps: int) -> bool:
        """Let at most so many things happen, in any order; whether it came to rest by then."""
        for _ in range(steps):
            actions = self.actions()
            if not actions:
                break
            actions[self._chance.randrange(len(actions))]()
        self.check()
        return not self.actions()

    def _check_held(self, pair: Pair) -> None:
        writer, reader = pair
        held = self._held(pair)
        if len(set(held)) != len(held):
            raise Violated(f"{reader} holds a message of {writer} twice")
        order = {message_id: place for place, message_id in enumerate(self.composed[pair])}
        if any(message_id not in order for message_id in held):
            raise Violated(f"{reader} holds what {writer} did not write")
        places = [order[message_id] for message_id in held if message_id not in self._lost[pair]]
        if places != sorted(places):
            raise Violated(f"{reader} holds what {writer} wrote out of order")
        due = [m for m in self.composed[pair] if m not in self._lost[pair] and m not in self._exempt[pair]]
        got = set(held)
        expected = sum(message_id in got for message_id in due)
        if not got.issuperset(due[:expected]):
            raise Violated(f"{reader} holds what {writer} wrote with a gap")

    def _check_sent(self, pair: Pair) -> None:
        writer, reader = pair
        rows = self._rows(writer, "SELECT message_id FROM Sender WHERE name = ? AND status = 'sent'", reader)
        sent = set(rows)
        if not sent <= self._on_disk[pair]:
            raise Violated(f"{writer} marked as sent what was not on {reader}'s disk")
        if not sent >= self._sent_rows[pair]:
            raise Violated(f"{writer}: sent became pending again")
        self._sent_rows[pair] = sent

    def all_sent(self) -> bool:
        for writer, reader in permutations(self.people, 2):
            pair = writer, reader
            if self._rows(writer, "SELECT message_id FROM Sender WHERE name = ? AND status = 'pending'", reader):
                return False
            due = set(self.composed[pair]) - self._lost[pair] - self._exempt[pair]
            if not due <= set(self._held(pair)):
                return False
        return True

    def _told(self, person: SimPerson, name: str, notice: Notice) -> None:
        if isinstance(notice, Sent) and not self._on_disk[person.name, name].issuperset(notice.message_ids):
            raise Violated(f"{person.name} was told of a delivery to {name} that was not on the disk")

    def _stored(self, person: SimPerson, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            pair = arrival.name, person.name
            if pair in self._blocked or person.hidden:
                raise Violated(f"{person.name} took something from {arrival.name} while blocking or hidden")
            if arrival.message_id not in set(self._held(pair)):
                raise Violated(f"{person.name} was shown what is not on the disk")

    def _held(self, pair: Pair) -> list[bytes]:
        writer, reader = pair
        held = self._rows(reader, "SELECT message_id FROM Receiver WHERE name = ? ORDER BY ordinal", writer)
        self._on_disk[pair].update(held)
        return held

    def _rows(self, whose: str, sql: str, name: str) -> list[bytes]:
        return [bytes(message_id) for (message_id,) in self.people[whose].database.query(sql, (name,))]

    def _read(self, person: SimPerson, link: Link, size: int) -> None:
        person.receive(link, size, self.now)

    def _reachable(self, name: str) -> bool:
        person = self.people[name]
        return person.process is not None and not person.hidden

    def _wires(self) -> Iterator[Wire]:
        seen = set()
        for person in self.people.values():
            if person.process is not None:
                for _, wire, _ in person.process.wires.values():
                    if id(wire) not in seen:
                        seen.add(id(wire))
                        yield wire
