"""Messages as text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace as replace_line

from chat.core.events import Line
from chat.times import format_time
from chat.ui.messages import (
    CUT_CHARS,
    CUT_LINES,
    Look,
    clock,
    first_line,
    first_unread,
    history,
    mark_of,
    mentions,
    names,
    said,
    sent_later,
)
from chat.ui.palette import Palette

ALICE = Look("alice")
LIVE = replace(ALICE, live=True)
THEN = "2026-01-31T12:30:00.000Z"


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def shown(look: Look, text: str, *, sender: str = "bob", to: tuple[str, ...] = ("alice",), kind: str = "text") -> str:
    return said(replace(look, timestamps="", live=True), time=THEN, sender=sender, to=to, text=text, kind=kind)


def line(number: int, sender: str, *to: str, status: str = "received", time: str = THEN, **more: object) -> Line:
    return Line(
        id=f"{number}", number=number, sender=sender, to=to, text=f"text {number}", kind="text", time=time,
        status=status, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_who_said_what_to_whom() -> None:
    assert shown(ALICE, "hi") == "bob: hi"
    assert shown(ALICE, "hi", to=("carol", "alice")) == "bob → you, carol: hi"
    assert shown(ALICE, "hi", sender="alice", to=("bob", "carol")) == "alice → bob, carol: hi"
    assert shown(ALICE, "one\ntwo") == "bob: one\n      two"
    assert shown(ALICE, "cat.jpg", kind="image") == "bob: [image] cat.jpg"
    assert names(ALICE, [f"p{number}" for number in range(10)]).endswith("p7 and 2 more")


def test_what_peers_wrote_is_inert() -> None:
    assert shown(ALICE, "\x1b[2J", sender="b\x07b") == "b<U+0007>b: <U+001B>[2J"
    assert clock(ALICE, "\x1bno time") == "<U+001B>no time"


def test_times_have_their_day_where_nothing_else_says_it() -> None:
    assert clock(ALICE, THEN) == "2026-01-31 12:30"
    assert clock(LIVE, THEN) == "12:30"
    assert clock(LIVE, THEN, utc=True) == "2026-01-31 12:30:00Z"
    assert clock(replace(ALICE, timestamps=""), THEN) == "2026-01-31"
    assert len(clock(ALICE, format_time(datetime.now(UTC)))) == len("12:30")


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("Alice!", True),
        ("hi @alice", True),
        ("malice", False),
        ("alice_2", False),
        ("alice.", True),
        ("x.alice", False),
    ],
)
def test_ones_own_name_is_a_word(text: str, is_named: bool) -> None:
    assert mentions(text, "alice") == is_named
    marked = replace(ALICE, palette=Palette(styles=True))
    assert ("\x1b[7m" in shown(marked, text)) == is_named
    assert "\x1b[7m" not in shown(marked, text, sender="alice")


def test_marks_say_how_far_it_got() -> None:
    assert mark_of(LIVE, ["sent"]) == "✓"
    assert mark_of(ALICE, ["sent"]) == "[sent]"
    assert mark_of(LIVE, {"bob": "sent", "carol": "pending", "dave": "sent"}) == "[sent 2/3]"
    assert mark_of(LIVE, {"bob": "declined", "carol": "pending"}) == "[pending]"
    assert mark_of(LIVE, ["cancelled"]) == "[cancelled]"


def test_very_long_texts_are_cut_on_the_screen() -> None:
    short = replace(ALICE, cut=True)
    assert shown(short, "x" * CUT_CHARS) == shown(ALICE, "x" * CUT_CHARS)
    assert shown(short, "x" * (CUT_CHARS + 7)).endswith("xxx\n      … 7 more characters: PgUp shows all")
    cut = shown(short, "\n".join(["abc"] * (CUT_LINES + 1)))
    assert cut.count("abc") == CUT_LINES
    assert cut.endswith("… 4 more characters: PgUp shows all")


def test_a_day_begins_with_a_line_in_a_terminal() -> None:
    lines = [line(1, "bob", "alice"), line(2, "bob", "alice"), line(3, "bob", "alice", time="2026-02-01T00:00:01.000Z")]
    assert list(history(LIVE, lines, {}, None)) == [
        "── Saturday, 31 January 2026 ──",
        "12:30 bob: text 1",
        "12:30 bob: text 2",
        "── Sunday, 1 February 2026 ──",
        "00:00 bob: text 3",
    ]
    assert next(iter(history(LIVE, lines, {}, date(2026, 1, 31)))) == "12:30 bob: text 1"
    assert len(list(history(ALICE, lines, {}, None))) == 3


def test_files_say_where_they_lie() -> None:
    file = replace_line(line(7, "bob", "alice"), kind="image", text="a.jpg", size=2048, path="/downloads/a.jpg")
    (shown_line,) = history(replace(LIVE, timestamps=""), [file], {}, date(2026, 1, 31))
    assert shown_line == "bob: [image] a.jpg\n      number 7, 2.0 KiB: /downloads/a.jpg"


def test_the_first_unread_line_is_the_earliest_of_all_conversations() -> None:
    lines = [
        line(1, "bob", "alice"),
        line(2, "carol", "alice"),
        line(3, "alice", "bob", status="sent"),
        line(4, "bob", "alice"),
        line(5, "bob", "alice", "carol"),
    ]
    assert first_unread("alice", lines, {("bob",): 1}) == 3
    assert first_unread("alice", lines, {("bob",): 1, ("carol",): 1}) == 1
    assert first_unread("alice", lines, {("bob", "carol"): 1}) == 4
    assert first_unread("alice", lines, {("bob",): 9}) == 0
    assert first_unread("alice", lines, {}) is None
    assert list(history(LIVE, lines, {("bob",): 1}, date(2026, 1, 31)))[2:4] == [
        "12:30 alice → bob: text 3  ✓",
        "── 1 unread ──",
    ]


def test_every_time_can_be_shown() -> None:
    assert clock(ALICE, "0001-01-01T00:00:00+23:59") == "0001-01-01T00:00:00+23:59"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert clock(ALICE, format_time(tomorrow)).startswith(f"{tomorrow:%Y-%m-%d}")


def test_what_got_through_later_is_quoted_shortly() -> None:
    assert sent_later(1, "") == "a message"
    assert sent_later(1, "x" * 50) == "x" * 39 + "…"
    assert sent_later(3, "and now?") == "3 messages, the first: and now?"
    assert first_line("\n one\x1b \ntwo") == "one<U+001B> "
