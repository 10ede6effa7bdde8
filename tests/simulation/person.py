"""A simulated client: the real machine, carrier, journal and database; only threads and sockets are played.

Everything volatile is in `Process`, so that kill -9 is to drop it. The database is a real one, in memory.
"""

import random
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from chat.core.carrier import Carrier, WriteRequest
from chat.core.composing import Composed, Draft, Fresh
from chat.core.file_journal import Arrival
from chat.core.journal import Journal
from chat.core.trust import meet
from chat.core.writer import Outcome, commit
from chat.errors import ChatError
from chat.net.certificates import Identity
from chat.wire.delivery import Delivery
from chat.wire.effects import Link, MarkSent, Notice, ReadRows, Store
from db.connection import transaction
from db.schema import CLIENT
from db.sqlite import SqliteConnection
from db.streams import find_outbound
from db.users import update_user
from tests.flaky import FlakyConnection, Sickness
from tests.simulation.network import End, Wire

Task = Callable[[], None]
Told = Callable[["SimPerson", str, Notice], None]
Stored = Callable[["SimPerson", list[Arrival]], None]

HEALTHY = Sickness()


@dataclass
class Process:
    """What a kill takes: the machines, their links, the writer's queue, answers on their way."""

    journal: Journal
    carriers: dict[str, Carrier] = field(default_factory=dict)
    wires: dict[Link, tuple[str, Wire, End]] = field(default_factory=dict)
    jobs: list[tuple[Any, Any]] = field(default_factory=list)
    answers: deque[Task] = field(default_factory=deque)


class SimPerson:
    """One person: a key, a database, and a process while it runs."""

    def __init__(self, name: str, chance: random.Random, told: Told, stored: Stored) -> None:
        self.name = name
        self._chance = chance
        self._told = told
        self._stored = stored
        self.key = chance.randbytes(32)
        self.database = _fresh_database(self.name)
        self.process: Process | None = None
        self.hidden = False
        self.fingerprint = chance.randbytes(8).hex()

    # Life and death

    def start(self) -> None:
        self.process = Process(Journal(self.name, self.database, random_bytes=self._chance.randbytes))
        self.process.journal.hidden = self.hidden

    def kill(self) -> None:
        """As kill -9: the kernel closes the sockets, nothing else happens."""
        if self.process is not None:
            for _, wire, end in self.process.wires.values():
                wire.close(end)
        self.process = None

    def snapshot(self) -> SqliteConnection:
        copy = SqliteConnection(":memory:", b"")
        self.database._driver.backup(copy._driver)
        return copy

    def restore(self, copy: SqliteConnection) -> None:
        """Put an old copy in the database's place; the process must be down."""
        assert self.process is None
        copy._driver.backup(self.database._driver)

    def move(self) -> None:
        """Enrol on a new machine: another key, an empty database."""
        assert self.process is None
        self.key = self._chance.randbytes(32)
        self.fingerprint = self._chance.randbytes(8).hex()
        self.database = _fresh_database(self.name)

    # What the person does

    def know(self, name: str, *, contact: bool = True) -> None:
        update_user(self.database, name, contact=int(contact))

    def set_blocked(self, name: str, blocked: bool) -> None:
        with transaction(self.database) as tx:
            update_user(tx, name, blocked=int(blocked))
        if blocked:
            self.hang_up(name)

    def set_hidden(self, hidden: bool) -> None:
        self.hidden = hidden
        if self.process is not None:
            self.process.journal.hidden = hidden
            if hidden:
                for name in list(self.process.carriers):
                    self.hang_up(name)

    def submit(self, draft: Draft, done: Task) -> None:
        """Hand a message to the writer; the conversations are woken once it is on the disk."""
        process = self.process
        assert process is not None

        def composed(outcome: Outcome[Composed]) -> None:
            done()
            if outcome.value is not None:
                for name in draft.recipients:
                    process.answers.append(partial(self._composed, process, name, outcome.value.fresh.get(name)))

        process.jobs.append((lambda tx: process.journal.compose(tx, [draft]), composed))

    def _composed(self, process: Process, name: str, fresh: Fresh | None) -> None:
        carrier = process.carriers.get(name)
        if carrier is not None:
            carrier.composed(fresh)
            self._carry(name, carrier)

    # Links

    def wants_to_dial(self, name: str) -> bool:
        if self.process is None or self.hidden or any(peer == name for peer, *_ in self.process.wires.values()):
            return False
        row = find_outbound(self.database, name)
        return row is not None and row.acked < row.last_seq

    def connected(self, peer: "SimPerson", wire: Wire, end: End, now: float) -> None:
        """A connection to `peer` is up. Who is blocked is hung up on without a word."""
        assert self.process is not None
        try:
            with transaction(self.database) as tx:
                meet(tx, Identity(peer.name, peer.name, peer.key))
        except ChatError:
            wire.close(end)
            return
        carrier = self.process.carriers.get(peer.name)
        if carrier is None:
            nominator = self.fingerprint < peer.fingerprint
            delivery = Delivery(nominator=nominator, port=1)
            carrier = Carrier(peer.name, peer.key, delivery, self.process.journal, lambda _: None)
            self.process.carriers[peer.name] = carrier
        link_id = self._chance.randbytes(16) if end is End.DIALLER else b""
        link = carrier.delivery.open_link(link_id, now)
        self.process.wires[link] = (peer.name, wire, end)
        self._carry(peer.name, carrier, now)

    def readable(self) -> list[Link]:
        """The links on which something has come in."""
        if self.process is None:
            return []
        return [link for link, (_, wire, end) in self.process.wires.items() if link.wants_data and wire.readable(end)]

    def receive(self, link: Link, size: int, now: float) -> None:
        """Read at most `size` bytes from a readable link."""
        assert self.process is not None
        name, wire, end = self.process.wires[link]
        carrier = self.process.carriers[name]
        data = wire.read(end, size)
        if data:
            carrier.delivery.receive_data(link, data, now)
        else:
            carrier.delivery.link_closed(link, now)
            self._drop(link)
        self._carry(name, carrier, now)

    def hang_up(self, name: str) -> None:
        if self.process is not None and name in self.process.carriers:
            carrier = self.process.carriers.pop(name)
            carrier.delivery.close(0.0)
            self._carry(name, carrier)

    # The store

    def commit(self, sickness: Sickness = HEALTHY) -> None:
        """The writer takes what is there; the outcomes are on their way."""
        assert self.process is not None
        self.process.jobs, batch = [], self.process.jobs
        commit(FlakyConnection(self.database, sickness), batch)

    def answer(self) -> None:
        """The next outcome reaches its conversation."""
        assert self.process is not None
        self.process.answers.popleft()()

    def tick(self, now: float) -> None:
        if self.process is not None:
            for name, carrier in list(self.process.carriers.items()):
                carrier.delivery.tick(now)
                self._carry(name, carrier, now)

    def _carry(self, name: str, carrier: Carrier, now: float = 0.0) -> None:
        process = self.process
        assert process is not None
        delivery = carrier.delivery
        while requests := delivery.take_requests():
            for request in requests:
                if isinstance(request, ReadRows):
                    carrier.read(request, lambda: nullcontext(self.database), now)
                else:
                    self._hand_in(process, name, carrier, request)
        for link, (_, wire, end) in process.wires.items():
            data = link.protocol.data_to_send()
            if data:
                wire.write(end, data)
        for notice in delivery.take_notices():
            self._told(self, name, notice)
        for link in delivery.take_closing():
            self._drop(link)

    def _hand_in(self, process: Process, name: str, carrier: Carrier, request: WriteRequest) -> None:
        def done(outcome: Outcome[Any]) -> None:
            if isinstance(request, Store) and outcome.error is None:
                self._stored(self, outcome.result()[1])
            if not isinstance(request, MarkSent) or outcome.error is not None:
                process.answers.append(lambda: self._answered(name, carrier, request, outcome))

        process.jobs.append((carrier.job(request, ("", 1), "2026-01-01T00:00:00.000Z"), done))

    def _answered(self, name: str, carrier: Carrier, request: WriteRequest, outcome: Outcome[Any]) -> None:
        carrier.answer(request, outcome, 0.0)
        self._carry(name, carrier)

    def _drop(self, link: Link) -> None:
        assert self.process is not None
        entry = self.process.wires.pop(link, None)
        if entry is not None:
            _, wire, end = entry
            wire.close(end)


def _fresh_database(name: str) -> SqliteConnection:
    connection = SqliteConnection(":memory:", b"")
    CLIENT.apply(connection, name)
    return connection
