"""When the terminal rings, and what is written to it then."""

import unicodedata
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.ui.notices import BELL, IDLE_S, Notices, desktop_notice, kind_of
from chat.ui.settings import Settings


def ring(notices: Notices, now: float, *, in_sight: bool = False, muted: bool = False) -> str:
    return notices.ring("bob", "the text", in_sight=in_sight, muted=muted, now=now)


def test_what_may_be_missed_rings() -> None:
    notices = Notices(Settings(), {"TERM": "xterm-256color"})
    notices.touched(100.0)
    assert ring(notices, 101.0) == BELL
    assert ring(notices, 110.0, in_sight=True) == ""
    assert ring(notices, 110.0, muted=True) == ""
    assert ring(notices, 110.0) == BELL
    assert ring(notices, 100.0 + IDLE_S, in_sight=True) == BELL


def test_a_flood_rings_once_a_second() -> None:
    notices = Notices(Settings(), {})
    assert [bool(ring(notices, 1000.0 + number / 10)) for number in range(21)] == ([True] + [False] * 9) * 2 + [True]


def test_the_text_stays_at_home_unless_it_is_wanted() -> None:
    said = ring(Notices(Settings(notify="osc9"), {}), 1000.0)
    assert said == "\x1b]9;Message from bob\x1b\\" + BELL
    assert "the text" in ring(Notices(Settings(notify="osc9", notify_text=True), {}), 1000.0)


def test_bell_and_notice_can_be_switched_off() -> None:
    assert ring(Notices(Settings(bell=False, notify="never"), {"TERM": "xterm-kitty"}), 1000.0) == ""


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "osc99"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "osc9"),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux", "TERM_PROGRAM": "iTerm.app"}, ""),
        ({"TERM": "screen", "KITTY_WINDOW_ID": "1"}, ""),
        ({}, ""),
    ],
)
def test_only_terminals_that_are_known_are_asked(environment: dict[str, str], kind: str) -> None:
    assert kind_of("auto", environment) == kind
    assert kind_of("never", environment) == ""
    assert kind_of("osc777", environment) == "osc777"


@given(st.sampled_from(["osc9", "osc99", "osc777"]), st.text(), st.text())
def test_no_peer_gets_out_of_the_escape(kind: str, title: str, text: str) -> None:
    notice = desktop_notice(kind, title, text + "\x07\x1b]52;c;aGk=\x1b\\\x9c")
    sequences = notice.split("\x1b\\")
    assert sequences.pop() == ""
    assert all(sequence.startswith(f"\x1b]{kind[3:]};") for sequence in sequences)
    assert not [char for one in sequences for char in one[1:] if unicodedata.category(char) == "Cc"]
    if kind == "osc777":
        assert notice.count(";") == 3


def test_kitty_gets_it_in_two_parts() -> None:
    first, second, _ = desktop_notice("osc99", "Message from bob", "hi; there").split("\x1b\\")
    assert b64decode(first.partition(";")[2].partition(";")[2]) == b"Message from bob"
    assert b64decode(second.partition(";")[2].partition(";")[2]) == b"hi; there"
    assert "d=0" in first
    assert "p=body" in second
    assert "d=1" in desktop_notice("osc99", "Message from bob", "")
