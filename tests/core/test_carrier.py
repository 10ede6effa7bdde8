"""Between machine and store: nothing is taken from, and nothing goes to, a key that is not trusted any more."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from chat.core.carrier import Carrier
from chat.core.journal import Refusal
from chat.core.trust import check_key
from chat.core.writer import Outcome
from chat.wire.delivery import Delivery
from chat.wire.effects import Link, ReadRows, Resume, Store
from chat.wire.peer import State
from db.sqlite import SqliteDatabase
from db.users import update_user
from tests.core.desk import FROM, KEY, NOW, OTHER_KEY, Desk, letters


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Alice trusts bob's key, and something waits for him."""
    desk = Desk(SqliteDatabase(tmp_path / "chat.db", b""))
    update_user(desk.line, "bob", public_key=KEY)
    desk.compose("hi")
    return desk


def outcomes(desk: Desk, key: bytes) -> dict[str, Any]:
    """What becomes of a message from, and of a link to, whoever shook hands with that key."""
    delivery = Delivery(nominator=True, port=0)
    carrier = Carrier("bob", key, delivery, desk.journal, lambda _: None)
    found: dict[str, Any] = {}
    for kind in ("store", "resume"):
        link: Link = delivery.open_link(b"l" * 16, 0.0)
        request = Store(link, tuple(letters(1, 1))) if kind == "store" else Resume(link, ())
        try:
            job = carrier.job(request, FROM, NOW)
            outcome: Outcome[Any] = Outcome(desk.do(job))
        except Refusal as error:
            outcome = Outcome(None, error)
            carrier.answer(request, outcome, 1.0)
            assert link.protocol.state is State.CLOSED
        found[kind] = outcome.error is None
    return found


def test_the_trusted_key(desk: Desk) -> None:
    assert outcomes(desk, KEY) == {"store": True, "resume": True}
    assert desk.rows("Receiver") == 1


@pytest.mark.parametrize(("key", "changes"), [(OTHER_KEY, {}), (KEY, {"public_key": OTHER_KEY}), (KEY, {"revoked": 1})])
def test_a_key_that_changed_or_ended_since_the_handshake(desk: Desk, key: bytes, changes: dict[str, Any]) -> None:
    update_user(desk.line, "bob", **changes)
    before = desk.everything()
    assert outcomes(desk, key) == {"store": False, "resume": False}
    assert desk.everything() == before


def test_somebody_nobody_knows_has_no_key(desk: Desk) -> None:
    with pytest.raises(Refusal):
        desk.do(lambda tx: check_key(tx, "mallory", b""))


def test_a_row_that_cannot_be_sent_ends_the_link_and_is_told(desk: Desk) -> None:
    """Left as it is it would wait for rows that never come."""
    told: list[str] = []
    delivery = Delivery(nominator=True, port=0)
    carrier = Carrier("bob", KEY, delivery, desk.journal, told.append)
    link = delivery.open_link(b"l" * 16, 0.0)
    desk.line.execute("UPDATE Sender SET message = 'another'")
    carrier.read(ReadRows(link, desk.stream("bob"), 0, 10), lambda: nullcontext(desk.line), 1.0)
    assert link.protocol.state is State.CLOSED
    assert "was changed in the database" in told[0]
