"""A database that fails when it is told to: what is under it is real, and what fails is one statement or commit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from db.connection import Connection, Database, Row, Value
from db.errors import Unreachable

Chance = Callable[[], bool]


def never() -> bool:
    return False


def always() -> bool:
    return True


@dataclass
class Sickness:
    """When a statement fails and does nothing, and when a commit is done but its answer is lost."""

    statement: Chance = never
    answer: Chance = never

    def check(self) -> None:
        if self.statement():
            raise Unreachable("The database is away, for a test.")

    def heal(self) -> None:
        self.statement = self.answer = never


class FlakyDatabase:
    """Opens connections that share one sickness."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.sickness = Sickness()

    def connect(self) -> Connection:
        self.sickness.check()
        return FlakyConnection(self._database.connect(), self.sickness)

    def claim(self) -> Connection:
        self.sickness.check()
        return FlakyConnection(self._database.claim(), self.sickness)


class FlakyConnection:
    """One connection; rolling back and closing always work."""

    def __init__(self, connection: Connection, sickness: Sickness) -> None:
        self._connection = connection
        self._sickness = sickness
        self.dialect = connection.dialect
        self.insert_ignore = connection.insert_ignore

    def __str__(self) -> str:
        return f"flaky {self._connection}"

    def query(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        self._sickness.check()
        return self._connection.query(sql, params)

    def stream(self, sql: str, params: Sequence[Value] = ()) -> Iterator[Row]:
        self._sickness.check()
        return self._connection.stream(sql, params)

    def execute(self, sql: str, params: Sequence[Value] = ()) -> int:
        self._sickness.check()
        return self._connection.execute(sql, params)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        self._sickness.check()
        self._connection.execute_many(sql, rows)

    def execute_script(self, script: str) -> None:
        self._sickness.check()
        self._connection.execute_script(script)

    def begin(self) -> None:
        self._sickness.check()
        self._connection.begin()

    def begin_snapshot(self) -> None:
        self._sickness.check()
        self._connection.begin_snapshot()

    def commit(self) -> None:
        self._sickness.check()
        self._connection.commit()
        if self._sickness.answer():
            raise Unreachable("The answer to a commit is lost, for a test.")

    def rollback(self) -> None:
        self._connection.rollback()

    def warnings(self) -> list[str]:
        return self._connection.warnings()

    def close(self) -> None:
        self._connection.close()
