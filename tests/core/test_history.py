"""Reading pages of the history."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.core import indexing
from chat.core.history import Bounds, Query, read_history, read_lines
from db.connection import Connection, Database, transaction
from db.files import set_file_state
from db.messages import SENT, set_status
from db.transcripts import SILENT, count_attempt, put_transcript
from tests.core.writings import OWN_NAME, PEOPLE, Writing, chance_writings, hour_time, write
from tests.db.rows import client_connection, transcript_row


@pytest.fixture
def connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(indexing, "FULL", 10 * indexing.MESSAGE)
    return client_connection(database)


def is_with(writing: Writing, names: Sequence[str]) -> bool:
    return not names or (bool({*names} & {*writing.to}) if writing.sender == OWN_NAME else writing.sender in names)


def test_a_page_is_what_a_reader_would_pick(connection: Connection) -> None:
    writings = chance_writings(random.Random(2), 150)
    write(connection, writings)
    times = st.one_of(st.just(""), st.floats(-3, 90).map(hour_time))
    bounds = st.builds(Bounds, times, times, st.integers(0, 250), st.integers(0, 100))
    names = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2).map(tuple)

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(names, st.integers(1, 30), bounds)
    def check(some: tuple[str, ...], count: int, between: Bounds) -> None:
        fitting = [
            w.ordinal
            for w in writings
            if is_with(w, some)
            and (not between.before or w.time < between.before)
            and (not between.after or w.time >= between.after)
            and (not between.before_number or w.ordinal < between.before_number)
            and w.ordinal > between.after_number
        ]
        page = read_history(connection, OWN_NAME, Query(some, count, between))
        assert [line.number for line in page.lines] == fitting[-count:]
        assert page.older == (len(fitting) > count)

    check()


def test_round_a_message(connection: Connection) -> None:
    write(connection, [Writing(n, "bob" if n % 2 else "carol", ("alice",), f"text {n}") for n in range(1, 21)])

    def around(number: int, *names: str) -> list[int]:
        return [line.number for line in read_history(connection, OWN_NAME, Query(names, 6, around=number)).lines]

    assert around(10) == [7, 8, 9, 10, 11, 12]
    assert around(10, "carol") == [4, 6, 8, 10, 12, 14]
    assert around(1) == [1, 2, 3, 4, 5, 6]
    assert around(20) == [17, 18, 19, 20]
    assert around(99) == [18, 19, 20]
    older = {number: read_history(connection, OWN_NAME, Query((), 6, around=number)).older for number in (1, 4, 5, 10)}
    assert older == {1: False, 4: False, 5: True, 10: True}


def test_lines_of_voice_messages_have_their_words(connection: Connection) -> None:
    write(connection, [Writing(n, "bob" if n < 3 else OWN_NAME, ("carol",), f"{n}.ogg", "voice") for n in range(1, 5)])
    write(connection, [Writing(5, "bob", (OWN_NAME,), "no voice")])
    with transaction(connection) as tx:
        put_transcript(tx, transcript_row(1, "Hello."))
        put_transcript(tx, transcript_row(3, "", state=SILENT, confidence=None, reason="no speech found"))
        count_attempt(tx, 4)
    said = [
        (line.transcript, line.confidence, line.seconds, line.no_transcript)
        for line in read_lines(connection, OWN_NAME, [1, 2, 3, 4, 5])
    ]
    nothing = ("", None, 0.0, "")
    assert said == [("Hello.", 0.75, 12.5, ""), nothing, ("", None, 12.5, "no speech found"), nothing, nothing]


def test_lines_of_files_say_how_large_and_where(connection: Connection) -> None:
    write(
        connection,
        [
            Writing(1, "bob", (OWN_NAME,), "photo.jpg", "image"),
            Writing(2, OWN_NAME, ("bob", "carol"), "plan.pdf", "file"),
            Writing(3, "bob", (OWN_NAME,), "a text"),
        ],
    )
    set_file_state(connection, 1, "bob", "done", path="/downloads/photo.jpg")
    lines = read_lines(connection, OWN_NAME, [1, 2, 3])
    assert [(line.size, line.path) for line in lines] == [(1, "/downloads/photo.jpg"), (1, ""), (0, "")]


def test_lines_say_how_each_message_stands(connection: Connection) -> None:
    write(
        connection,
        [
            Writing(1, "bob", ("alice", "carol"), "from bob"),
            Writing(2, "alice", ("bob", "carol"), "to both"),
            Writing(3, "alice", ("bob",), "to bob"),
            Writing(4, "alice", ("bob",), "x.png", "image"),
        ],
    )
    set_status(connection, "bob", 2, SENT)
    set_status(connection, "bob", 3, SENT)
    set_status(connection, "bob", 4, "declined")
    one, two, three, four = read_lines(connection, OWN_NAME, [1, 2, 3, 4])
    assert (one.sender, one.to, one.status, one.states) == ("bob", ("alice", "carol"), "received", {})
    assert (two.sender, two.status, two.states) == ("alice", "pending", {"bob": "sent", "carol": "pending"})
    assert (three.text, three.status, three.states) == ("to bob", "sent", {})
    assert (four.kind, four.status) == ("image", "declined")
    set_status(connection, "carol", 2, SENT)
    assert read_lines(connection, OWN_NAME, [2])[0].status == "sent"
