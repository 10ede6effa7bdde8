"""The Writer: one transaction for many, the fault of one undoes nothing of others, and a broken line heals."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chat.core.carrier import Carrier
from chat.core.composing import Draft
from chat.core.journal import Journal
from chat.core.writer import MAX_BATCH, Job, Outcome, Writer
from chat.errors import StorageFailure, UserError
from chat.wire.delivery import Delivery
from chat.wire.effects import Link, Store
from chat.wire.messages import Hello, Message, digest_of, encode_body
from chat.wire.peer import PeerProtocol
from db.connection import Connection, Database
from db.errors import InUse, StorageError, Unreachable
from db.mysql import MysqlDatabase
from db.schema import CLIENT
from db.settings import get_setting, set_setting
from db.users import update_user
from tests.db.rows import TIME, client_connection, number
from tests.mariadb import MariaDb

PATIENCE_S = 30


class Counting:
    """A writer's connection that counts commits, and breaks a line where a test wants it to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.begun = self.commits = 0
        self.break_after_commit = 0

    def begin(self) -> None:
        self.begun += 1
        self._connection.begin()

    def commit(self) -> None:
        self._connection.commit()
        self.commits += 1
        if self.commits == self.break_after_commit:
            raise Unreachable("The line broke before the answer came.")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Desk:
    """A writer, held back until `go` so that what is handed in meanwhile is one batch."""

    def __init__(self, database: Database) -> None:
        self.reading = client_connection(database)
        self.writer = Writer(database)
        self.counting = Counting(self.writer.connection)
        self.writer._connection = self.counting
        self.outcomes: list[Outcome[Any]] = []
        self._go = threading.Event()
        self._busy = threading.Event()

    def hold(self) -> None:
        self.writer.start()
        self.writer.submit(self._wait, lambda _: None)
        assert self._busy.wait(PATIENCE_S)

    def _wait(self, _: Connection) -> None:
        self._busy.set()
        assert self._go.wait(PATIENCE_S)

    def submit(self, job: Job[Any]) -> None:
        self.writer.submit(job, self.outcomes.append)

    def go(self) -> None:
        """Let the writer work, and wait until all that was handed in, one batch or more, is told."""
        finished = threading.Event()
        self.writer.submit(lambda _: None, lambda _: finished.set())
        self._go.set()
        assert finished.wait(PATIENCE_S)

    def set(self, name: str) -> Job[str]:
        def job(tx: Connection) -> str:
            set_setting(tx, name, "done")
            return name

        return job

    def is_set(self, name: str) -> bool:
        return get_setting(self.reading, name) == "done"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    place = Desk(database)
    yield place
    place.writer.close()


def fail(tx: Connection) -> None:
    set_setting(tx, "by the failing job", "done")
    raise ValueError("a fault of ours")


def refuse(_: Connection) -> None:
    raise UserError("That cannot be.")


def break_rule(tx: Connection) -> None:
    tx.execute("INSERT INTO Setting (name, value) VALUES (?, ?)", ("schema_version", "twice"))


def test_many_jobs_are_one_commit(desk: Desk) -> None:
    desk.hold()
    for n in range(100):
        desk.submit(desk.set(f"{n}"))
    desk.go()
    assert [outcome.result() for outcome in desk.outcomes] == [f"{n}" for n in range(100)]
    assert desk.counting.commits == 2  # that of the job that held it back, and theirs


def test_a_batch_has_its_bound(desk: Desk) -> None:
    desk.hold()
    for n in range(2 * MAX_BATCH):
        desk.submit(desk.set(f"{n}"))
    desk.go()
    assert len(desk.outcomes) == 2 * MAX_BATCH
    assert desk.counting.commits == 4


def test_an_outcome_is_told_after_the_commit(desk: Desk) -> None:
    seen: list[bool] = []
    desk.hold()
    desk.writer.submit(desk.set("it"), lambda _: seen.append(desk.is_set("it")))
    desk.go()
    assert seen == [True]


@pytest.mark.parametrize(("fault", "error"), [(fail, ValueError), (break_rule, StorageFailure)])
def test_the_fault_of_one_undoes_nothing_of_others(desk: Desk, fault: Job[None], error: type[Exception]) -> None:
    desk.hold()
    for job in (desk.set("first"), fault, desk.set("last")):
        desk.submit(job)
    desk.go()
    first, failed, last = desk.outcomes
    assert (first.result(), last.result()) == ("first", "last")
    with pytest.raises(error):
        failed.result()
    assert desk.is_set("first")
    assert desk.is_set("last")
    assert not desk.is_set("by the failing job")


def test_a_chat_error_is_an_answer(desk: Desk) -> None:
    desk.hold()
    for job in (desk.set("first"), refuse, desk.set("last")):
        desk.submit(job)
    desk.go()
    assert str(desk.outcomes[1].error) == "That cannot be."
    assert desk.counting.commits == 2  # nobody had to be run again
    with pytest.raises(UserError, match=r"^That cannot be\.$"):
        desk.writer.call(refuse)


def test_a_storage_error_comes_as_a_failure_with_its_words(desk: Desk) -> None:
    desk.writer.start()
    with pytest.raises(StorageFailure, match=r"^The database .* failed: .*\.$") as raised:
        desk.writer.call(break_rule)
    assert isinstance(raised.value.__cause__, StorageError)


def test_a_fault_in_telling_ends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    def tell(_: Outcome[str]) -> None:
        raise BrokenPipeError

    desk.writer.start()
    desk.writer.submit(desk.set("it"), tell)
    desk.writer.call(desk.set("after"))
    assert [fault.exc_type for fault in reported] == [BrokenPipeError]
    assert desk.is_set("it")


def test_closing_finishes_what_was_handed_in(desk: Desk) -> None:
    desk.hold()
    for n in range(10):
        desk.submit(desk.set(f"{n}"))
    desk._go.set()
    desk.writer.close()
    assert [outcome.result() for outcome in desk.outcomes] == [f"{n}" for n in range(10)]
    assert desk.is_set("9")


def test_also_if_it_never_began(desk: Desk) -> None:
    desk.submit(desk.set("it"))
    desk.writer.close()
    assert [outcome.result() for outcome in desk.outcomes] == ["it"]


def test_closing_twice_is_no_error(desk: Desk) -> None:
    desk.writer.start()
    desk.writer.close()
    desk.writer.close()


def test_what_comes_after_the_end_is_answered(desk: Desk) -> None:
    desk.writer.start()
    desk.writer.close()
    with pytest.raises(StorageFailure, match=r"^The program is ending: nothing more is stored\.$"):
        desk.writer.call(desk.set("late"))
    assert not desk.is_set("late")


def test_a_lost_answer_to_a_commit(desk: Desk) -> None:
    """The batch is run again whole; what composes is there once, what arrived is told as new."""
    update_user(desk.reading, "bob", contact=1, public_key=number(1, 32))
    journal = Journal("alice", desk.reading)
    told: list[str] = []
    protocol = PeerProtocol(Hello(0, (), b"", b"", 0), nominator=True, now=0)
    delivery = Delivery(nominator=True, port=0)
    carrier = Carrier("bob", number(1, 32), delivery, journal, told.append)
    body = encode_body("text", "hello", ("alice",), TIME)
    message = Message(number(7), 1, number(8), digest_of(body), body)
    draft = Draft(number(1), ("bob",), "hi", TIME)
    desk.hold()
    desk.submit(lambda tx: journal.compose(tx, [draft]))
    desk.submit(carrier.job(Store(Link(protocol, dialled=False), (message,)), ("192.0.2.7", 4711), TIME))
    desk.counting.break_after_commit = 2  # the first is that of the job that holds the writer back
    desk.go()
    assert desk.counting.commits == 3
    composed, stored = desk.outcomes
    assert composed.error is None
    held, arrivals = stored.result()
    assert (held.n, [arrival.body.text for arrival in arrivals]) == (1, ["hello"])
    rows = "SELECT (SELECT COUNT(*) FROM Sender), (SELECT COUNT(*) FROM Receiver)"
    assert desk.reading.query(rows) == [(1, 1)]


# A server that goes away


@pytest.fixture
def far_desk(mysql: MysqlDatabase) -> Iterator[Desk]:
    place = Desk(mysql)
    yield place
    place.writer.close()


def once(action: Callable[[], None], job: Job[str]) -> Job[str]:
    """A job in whose middle something happens, the first time."""
    pending = [action]

    def run(tx: Connection) -> str:
        value = job(tx)
        if pending:
            pending.pop()()
        return value

    return run


@pytest.mark.mysql
def test_a_line_that_breaks_in_the_middle(mariadb: MariaDb, mysql: MysqlDatabase, far_desk: Desk) -> None:
    far_desk.hold()
    far_desk.submit(far_desk.set("first"))
    far_desk.submit(once(lambda: mariadb.kill_connections(mysql), far_desk.set("middle")))
    far_desk.submit(far_desk.set("last"))
    far_desk.go()
    assert [outcome.result() for outcome in far_desk.outcomes] == ["first", "middle", "last"]
    assert all(far_desk.is_set(name) for name in ("first", "middle", "last"))


@pytest.mark.mysql
def test_a_server_that_is_gone_is_said_once_to_each(mariadb: MariaDb, far_desk: Desk) -> None:
    far_desk.hold()
    runs: list[str] = []

    def counted(tx: Connection) -> None:
        runs.append("run")
        set_setting(tx, "counted", "done")

    far_desk.submit(counted)
    far_desk.submit(once(mariadb.kill, far_desk.set("middle")))
    far_desk.submit(far_desk.set("last"))
    far_desk.go()
    assert len(far_desk.outcomes) == 3
    for outcome in far_desk.outcomes:
        with pytest.raises(StorageFailure, match="does not answer"):
            outcome.result()
    assert runs == ["run"]
    assert far_desk.counting.begun == 3  # once more together, but not one by one into a server that is not there
    mariadb.start()
    assert far_desk.writer.call(far_desk.set("back")) == "back"
    assert not far_desk.is_set("counted")


@pytest.mark.mysql
def test_a_writer_has_the_database_to_itself(mysql: MysqlDatabase, far_desk: Desk) -> None:
    with pytest.raises(InUse):
        Writer(mysql)
    far_desk.writer.close()
    second = Writer(mysql)
    CLIENT.apply(second.connection, "alice")
    second.close()
