"""What someone who is no contact may leave here."""

import pytest

from chat.core.journal import Refusal
from chat.core.strangers import STRANGER_BYTES, STRANGER_MESSAGES
from db.connection import Database
from db.users import update_user
from tests.core.desk import Desk, letter, letters, position_after
from tests.db.rows import number


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def strange_desk(desk: Desk) -> Desk:
    """Bob is known, as everybody who was met, but no contact, and his stream was asked for."""
    update_user(desk.line, "bob", contact=0)
    desk.resume()
    return desk


def test_a_stranger_may_leave_a_hundred(strange_desk: Desk) -> None:
    strange_desk.receive(letters(1, 60))
    held, texts = strange_desk.receive(letters(61, 150))
    assert (held, len(texts)) == (position_after(letters(1, 100)), 40)
    with pytest.raises(Refusal, match="has left all that a stranger may"):
        strange_desk.receive(letters(101, 150))
    assert strange_desk.rows("Receiver") == STRANGER_MESSAGES
    assert strange_desk.receive(letters(90, 100)) == (position_after(letters(1, 100)), [])  # asked again: it is held


def test_or_a_mebibyte(strange_desk: Desk) -> None:
    text = "\0é" * 20_000  # 60,000 bytes
    fit = STRANGER_BYTES // 60_000
    many = [letter(seq, text) for seq in range(1, fit + 4)]
    assert strange_desk.receive(many)[0].n == fit
    with pytest.raises(Refusal):
        strange_desk.receive(many[fit:])
    assert strange_desk.receive([letter(fit + 1, "small")])[0].n == fit + 1


def test_what_a_stranger_left_before_is_not_counted_twice(strange_desk: Desk) -> None:
    strange_desk.receive(letters(1, 100))
    assert strange_desk.receive(letters(1, 100, number(8)))[0].n == 100


@pytest.mark.parametrize("change", ["added", "written to"])
def test_who_is_answered_is_no_stranger(strange_desk: Desk, change: str) -> None:
    strange_desk.receive(letters(1, 100))
    if change == "added":
        update_user(strange_desk.line, "bob", contact=1)
    else:
        strange_desk.compose("who are you?")
    assert strange_desk.receive(letters(101, 150))[0].n == 150
