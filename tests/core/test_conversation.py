"""A conversation by itself, in surroundings that a test makes up."""

import threading
from pathlib import Path
from typing import Any

from chat.core.conversation import Conversation
from db.connection import Connection
from db.errors import Unreachable
from db.pool import Pool
from db.sqlite import SqliteDatabase
from db.streams import OutboundRow, put_outbound
from tests.db.rows import client_connection, number

PATIENCE_S = 30


class Away(SqliteDatabase):
    """A database that cannot be reached a few times."""

    times = 2

    def connect(self) -> Any:
        if self.times:
            self.times -= 1
            raise Unreachable("The database server does not answer.")
        return super().connect()


class MadeUp:
    """The node round a conversation: it notes what it is told."""

    own_fingerprint = ""
    listening_port = 0

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.dialled = threading.Event()
        self.troubles: list[str] = []

    def may_dial(self, _: str) -> bool:
        return True

    def dial(self, _: str) -> None:
        self.dialled.set()

    def trouble(self, _: str, message: str) -> None:
        self.troubles.append(message)

    def try_to_end(self, _: Conversation, *, anyway: bool) -> bool:
        return True


def pending(connection: Connection) -> None:
    put_outbound(connection, OutboundRow("bob", number(1), b"", 1, number(2, 32), 0))


def test_whether_there_is_something_to_deliver_is_asked_until_the_database_answers(tmp_path: Path) -> None:
    pending(client_connection(SqliteDatabase(tmp_path / "chat.db")))
    around = MadeUp(Pool(Away(tmp_path / "chat.db")))
    conversation = Conversation("bob", around)  # type: ignore[arg-type]
    conversation.thread.start()
    assert around.dialled.wait(PATIENCE_S)
    conversation.end()
    conversation.thread.join()
    assert around.troubles == ["The database server does not answer."]  # said once, though it failed twice
