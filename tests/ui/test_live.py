"""What a terminal shows of the events of a real node, line by line."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from chat.core import events
from chat.times import format_time
from chat.ui import commands
from chat.ui.greeting import FIRST_STEPS
from chat.ui.live import LiveConsole
from chat.ui.messages import Look
from chat.ui.notices import BELL, Notices
from chat.ui.settings import Settings
from chat.ui.shell import Shell
from tests.people import Person, Town, wait_until

assert commands  # importing it fills the command table


@pytest.fixture
def alice(village: Town) -> Person:
    return village.person("alice").start()


@pytest.fixture
def bob(village: Town) -> Person:
    return village.person("bob").start()


@pytest.fixture
def console(alice: Person) -> LiveConsole:
    return console_of(alice)


def console_of(person: Person, *, is_new: bool = False, context_lines: int = 2) -> LiveConsole:
    made = LiveConsole(Look(person.name, live=True, cut=True), Notices(Settings(), {}), context_lines)
    made.attach(person.node, is_new=is_new)
    return made


def message(text: str, *to: str, sender: str = "bob", time: str = "") -> events.Incoming:
    now = format_time(datetime.now(UTC))
    return events.Incoming(id="1", sender=sender, to=to or ("alice",), text=text, kind="text", time=time or now)


def meet(one: Person, other: Person) -> None:
    """Until `one` has heard from the registry that `other` is on."""
    one.node.people.add(other.name, None)
    wait_until(lambda: one.node.is_online(other.name), f"{other.name} is on")


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return re.sub(r"\d\d:\d\d ", "", capsys.readouterr().out)


def file(state: str, *, direction: str = "in", done: int = 0) -> events.Transfer:
    return events.Transfer(
        id="1",
        number=7,
        direction=direction,
        name="bob",
        file="a\x1b.txt",
        bytes=done,
        total=100,
        type="text/plain",
        state=state,
    )


def test_a_message_rings_unless_it_is_in_sight_of_somebody(
    console: LiveConsole, bob: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    console.notify(message("hi"))
    assert printed(capsys) == f"{BELL}bob: hi\n"
    assert [tab.text for tab in console.facts("").tabs] == ["1:bob"]
    assert bob.name not in console.held()


def test_a_room_is_a_conversation(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    """However many are in it: a line of one's own names the room, and says how many have it."""
    console.notify(msgspec.structs.replace(message("hi", "#tea"), room="#tea"))
    console.notify(events.Queued(id="a", to=("bob", "carol"), room="#tea"))
    console.notify(events.Delivered(id="a", to="bob"))
    console.wrote("a", ("#tea",), "hello")
    assert printed(capsys) == f"{BELL}bob → #tea: hi\nalice → #tea: hello  [sent 1/2]\n"
    assert [tab.text for tab in console.facts("").tabs] == ["1:#tea"]


def test_a_new_day_has_a_line(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    console.notify(message("then", time="2026-01-31T12:00:00.000Z"), message("later", time="2026-01-31T12:01:00.000Z"))
    assert printed(capsys).replace(BELL, "") == "── Saturday, 31 January 2026 ──\nbob: then\nbob: later\n"


def test_an_own_message_is_held_until_its_mark_is_known(
    console: LiveConsole, bob: Person, capsys: pytest.CaptureFixture[str], alice: Person
) -> None:
    meet(alice, bob)
    console.notify(events.Queued(id="a", to=("bob",)))
    console.wrote("a", ("bob",), "one\nmore")
    assert printed(capsys) == ""
    assert console.held() == ["one …"]
    assert console.next_tick() is not None
    console.notify(events.Delivered(id="a", to="bob"))
    assert printed(capsys) == "alice → bob: one\n      more  ✓\n"
    assert (console.held(), console.next_tick()) == ([], None)


def test_for_somebody_who_is_off_nothing_is_held(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    console.notify(events.Queued(id="a", to=("bob", "carol")))
    console.wrote("a", ("bob", "carol"), "hi")
    assert printed(capsys) == "alice → bob, carol: hi  [pending]\n"
    console.notify(events.Delivered(id="a", to="carol"))
    console.finish()
    assert capsys.readouterr().out == "  ✓ sent to carol: hi\n"


def test_what_is_pending_at_the_end_is_told(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    console.notify(events.Queued(id="a", to=("bob",)))
    console.wrote("a", ("bob",), "hi")
    console.finish()
    told = capsys.readouterr()
    assert "[pending]" in told.out
    assert "Still pending for bob" in told.err


def test_a_conversation_that_is_turned_to_shows_what_was_said(
    alice: Person, bob: Person, village: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    carol = village.person("carol").start()
    for number in range(5):
        bob.node.send(["alice"], f"text {number}")
    carol.node.send(["alice"], "not here")
    bob.node.send(["alice", "carol"], "nor this")
    alice.inbox.texts(7)
    meet(alice, bob)
    meet(alice, carol)
    console = console_of(alice)
    console.turned(("bob",), 2)
    assert printed(capsys).splitlines() == [
        "── bob · online ──",
        *(f"bob: text {number}" for number in (1, 2)),
        "── 2 unread ──",
        *(f"bob: text {number}" for number in (3, 4)),
    ]
    console.turned(("carol", "bob"), 0)
    assert printed(capsys).splitlines() == ["── bob,carol · 2 of 2 online ──", "bob → you, carol: nor this"]
    console.turned((), 0)
    assert printed(capsys) == ""
    lines, more = console.page(100)
    assert (len(lines), more) == (7 + 1, False)  # with its day


def test_images_that_are_here_are_drawn_but_not_those_of_the_muted(
    console: LiveConsole, alice: Person, bob: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted: list[Path] = []
    console.images = wanted.append
    image = replace(file("done", done=100), type="image/png", path="/downloads/a.png")
    console.notify(file("done", done=100), replace(file("running"), type="image/png"), image)
    assert wanted == [Path("/downloads/a.png")]
    console.notify(replace(image, direction="out"))
    assert (
        printed(capsys).count("a<U+001B>.txt to bob (number 7, 100 bytes, image/png) is complete: /downloads/a.png")
        == 1
    )
    assert len(wanted) == 2
    console.drawn("a drawing")
    assert printed(capsys) == "a drawing\n"
    alice.node.people.make_known("bob")
    alice.node.people.mute("bob", True)
    console.notify(image)
    assert len(wanted) == 2


def test_files_that_move_are_in_the_bar_alone(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    console.notify(file("running", done=50))
    assert printed(capsys) == ""
    assert [event.bytes for event in console.moving()] == [50]
    console.notify(file("done", done=100))
    assert "a<U+001B>.txt from bob (number 7, 100 bytes) is complete" in printed(capsys)
    assert console.moving() == []
    console.notify(file("done", direction="out"))
    assert printed(capsys) == ""


def test_history_and_what_stands_below_it(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    line = events.Line(
        id="1", number=4, sender="bob", to=("alice",), text="hi", kind="text",
        time="2026-01-31T12:00:00.000Z", status="received",
    )  # fmt: skip
    console.show([line, events.Status(name="older", value="/history before:#4", source="/history")])
    assert printed(capsys).splitlines() == [
        "── Saturday, 31 January 2026 ──",
        "bob: hi",
        "  --  older: /history before:#4",
    ]


def test_the_first_run_begins_with_three_lines_of_help(alice: Person, capsys: pytest.CaptureFixture[str]) -> None:
    ready = events.Ready(name="alice", listen="", registry="", hidden=False)
    console_of(alice, is_new=True).notify(ready)
    assert FIRST_STEPS.count("\n") == 2
    assert FIRST_STEPS in capsys.readouterr().out
    console_of(alice).notify(ready)
    assert FIRST_STEPS not in capsys.readouterr().out


def test_a_start_tells_what_is_unread(alice: Person, bob: Person, capsys: pytest.CaptureFixture[str]) -> None:
    bob.node.send(["alice"], "hi")
    alice.inbox.texts(1)
    console = console_of(alice)
    console.notify(events.Ready(name="alice", listen="", registry="", hidden=False))
    assert "1 unread: bob 1. Alt-A turns to the next." in capsys.readouterr().out
    assert console.next_unread() == ("bob",)
    Shell("alice", alice.node.people, alice.node, console).talk_to(("bob",))
    assert console.next_unread() is None


def test_the_bar_says_how_far_an_export_is(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    console.notify(events.Exporting(step="written", done=1, total=4))
    assert console.facts("").running == "/export: written 25%"
    assert console.facts("/who").running == "/who"
    console.export_ended()
    assert console.facts("").running == ""
    assert printed(capsys) == ""


def test_a_drawing_is_not_touched(console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveConsole, "_columns", 20)
        console.drawn("\x1b_Ga=T;" + "A " * 30 + "\x1b\\")
        console.notify(message("words " * 6))
    drawing, *said = capsys.readouterr().out.splitlines()
    assert drawing.count("A ") == 30
    assert len(said) == 4


def test_one_in_a_room_is_one_member(alice: Person, console: LiveConsole, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell("alice", alice.node.people, alice.node, console)
    assert shell.execute("/join #tea")
    assert "── #tea · 1 member ──" in capsys.readouterr().out
