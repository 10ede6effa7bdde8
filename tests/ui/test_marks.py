"""Delivery marks: one line for each own message, and one for all that got through later."""

from chat.ui.marks import HOLD_S, LATE_HOLD_S, Late, Marks, Own


def write(marks: Marks, message_id: str, *to: str, now: float = 0.0) -> None:
    marks.queued(message_id, to, now=now)
    marks.wrote(message_id, f"text of {message_id}", "2026-01-31T12:00:00.000Z", now=now)


def told(shown: list[Own | Late]) -> list[tuple[object, ...]]:
    return [
        (one.id, [name for name, state in one.states.items() if state == "sent"])
        if isinstance(one, Own)
        else (one.names, one.count, one.text)
        for one in shown
    ]


def online(*names: str) -> Marks:
    return Marks(lambda name: name in names)


def test_what_is_sent_at_once_is_shown_once() -> None:
    marks = online("bob")
    write(marks, "m", "bob")
    assert told(marks.take(0.0)) == []
    assert [own.id for own in marks.held] == ["m"]
    marks.delivered("m", "bob", now=0.01)
    assert told(marks.take(0.01)) == [("m", ["bob"])]
    assert (marks.take(99.0), marks.next_tick, marks.held) == ([], None, [])


def test_what_is_for_nobody_who_is_on_is_shown_as_pending_at_once() -> None:
    marks = online()
    write(marks, "m", "bob")
    assert told(marks.take(0.0)) == [("m", [])]


def test_what_does_not_get_through_is_shown_as_pending_and_told_later() -> None:
    marks = online("bob")
    write(marks, "m", "bob")
    assert marks.next_tick == HOLD_S
    assert told(marks.take(HOLD_S)) == [("m", [])]
    marks.delivered("m", "bob", now=10.0)
    assert told(marks.take(10.0)) == []
    assert marks.next_tick == 10.0 + LATE_HOLD_S
    assert told(marks.take(10.0 + LATE_HOLD_S)) == [(("bob",), 1, "text of m")]
    assert marks.take(99.0) == []


def test_many_that_get_through_later_are_told_together() -> None:
    marks = online()
    for message_id in ("1", "2", "3"):
        write(marks, message_id, "bob", "carol")
    assert len(marks.take(0.0)) == 3
    for message_id in ("1", "2", "3"):
        marks.delivered(message_id, "bob", now=5.0)
        marks.delivered(message_id, "carol", now=5.0)
    assert told(marks.take(6.0)) == [(("bob", "carol"), 3, "text of 1")]


def test_some_of_several_have_it() -> None:
    marks = online("bob", "carol")
    write(marks, "m", "bob", "carol", "dave")
    marks.delivered("m", "bob", now=0.1)
    marks.delivered("m", "carol", now=0.1)
    assert marks.take(0.2) == []
    assert told(marks.take(HOLD_S)) == [("m", ["bob", "carol"])]
    marks.delivered("m", "dave", now=50.0)
    assert told(marks.take(51.0)) == [(("dave",), 1, "text of m")]


def test_the_order_of_writing_is_kept() -> None:
    marks = online("bob", "carol")
    write(marks, "1", "bob")
    write(marks, "2", "carol", now=0.5)
    marks.delivered("2", "carol", now=0.6)
    assert marks.take(0.6) == []
    assert told(marks.take(HOLD_S)) == [("1", []), ("2", ["carol"])]


def test_an_answer_may_be_faster_than_the_text() -> None:
    marks = online("bob")
    marks.queued("m", ("bob",), now=0.0)
    marks.delivered("m", "bob", now=0.0)
    assert (marks.take(0.0), marks.held) == ([], [])
    marks.wrote("m", "hi", "2026-01-31T12:00:00.000Z", now=0.0)
    assert told(marks.take(0.0)) == [("m", ["bob"])]


def test_a_message_whose_text_nobody_tells_holds_nothing_up_for_long() -> None:
    marks = online()
    marks.queued("m", ("bob",), now=0.0)
    assert marks.take(0.0) == []
    assert told(marks.take(HOLD_S)) == [("m", [])]


def test_what_an_earlier_run_wrote_is_told_without_its_text() -> None:
    marks = online("bob")
    marks.delivered("old", "bob", now=1.0)
    marks.delivered("older", "bob", now=1.1)
    assert told(marks.take(2.0)) == [(("bob",), 2, "")]
