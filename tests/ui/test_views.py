"""Events as a person reads them, in a terminal that has colours, and in one line where it is one."""

import pytest

from chat.core import events
from chat.ui.messages import Look
from chat.ui.palette import Palette
from chat.ui.views import render

ALICE = Look("alice")
NASTY = "\x1b]52;c;aGk=\x07\u202e"
INERT = "<U+001B>]52;c;aGk=<U+0007><U+202E>"


def file(**facts: object) -> events.Transfer:
    about = {
        "id": "1",
        "number": 7,
        "direction": "in",
        "name": "bob",
        "file": NASTY,
        "type": "",
        "bytes": 0,
        "total": 2048,
    }
    return events.Transfer(**{**about, "state": "offered", **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (events.Incoming(id="", sender="bob", to=("alice",), text=NASTY, kind="text", time=""), f"bob: {INERT}"),
        (events.PresenceChanged(name=NASTY, online=True), f"  --  {INERT} is here"),
        (events.Warn(message=NASTY), f"  !  {INERT}"),
        (events.Failure(message=NASTY), f" error: {INERT}"),
        (events.KeyChanged(name="bob", message=NASTY, fingerprint=""), f" !!! {INERT}"),
        (events.Status(name="a", value=NASTY, source="b"), f"  --  a: {INERT}"),
        (file(), f"  --  {INERT} from bob (number 7, 2.0 KiB): offered"),
        (file(state="failed", reason=NASTY), f"  --  {INERT} from bob (number 7, 2.0 KiB): failed, {INERT}"),
        (file(state="done", path=NASTY), f"  --  {INERT} from bob (number 7, 2.0 KiB) is complete: {INERT}"),
        (file(state="running", bytes=512, rate=10), f"  --  {INERT} from bob (number 7, 2.0 KiB): 25 %, 10 bytes/s"),
        (events.Findable(name=NASTY, online=True), INERT),
    ],
)
def test_whatever_others_wrote_is_inert(event: events.Event, shown: str) -> None:
    assert render([event], ALICE).endswith(shown)


def test_contacts_stand_in_a_table() -> None:
    people = [
        events.Contact(
            name=name, online=online, unread=unread, blocked=False, muted=True, verified=True, fingerprint="ab" * 32
        )
        for name, online, unread in (("bob", True, 3), ("carol", False, 0))
    ]
    shown = render(people, ALICE).split("\n")
    assert shown[2].split() == ["bob", "online", "3", "muted", "verified", "abab", "abab", "abab", "abab"]
    assert shown[3].split()[:3] == ["carol", "offline", "muted"]


def test_settings_fit_the_terminal() -> None:
    facts = [
        events.Status(name="home", value="/very/long/path" * 6, source="flag"),
        events.Status(name="bell", value="true", source="default"),
        events.Status(name="fingerprint", value=" ".join(["abcd"] * 16), source="identity"),
    ]
    shown = render(facts, ALICE, 60).split("\n")
    assert all(len(line) <= 60 for line in shown if "/very" not in line)
    assert "bell         true  (default)" in shown


def test_names_have_their_colours_and_times_are_dim() -> None:
    coloured = Look("alice", Palette(colours=256, styles=True))
    shown = render([events.PresenceChanged(name="bob", online=False)], coloured)
    assert "\x1b[1;38;5;" in shown
    assert shown.endswith("\x1b[0m is gone")
    assert "\x1b[1;38;5;196merror:" in render([events.Failure(message="x")], coloured)
