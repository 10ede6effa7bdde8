"""Recording at the prompt, in a real terminal, with a microphone that reads aloud (tests/ui/played)."""

import re
from pathlib import Path

import pytest

from chat.core import events
from tests.core.voice.samples import WORDS, words
from tests.people import Person, Town
from tests.screen import ENTER, Terminal, ctrl
from tests.ui.conftest import Open

PLAYED = str(Path(__file__).parent / "played")
SPOKEN_S = 5
TOLD = "Enter: send it   Ctrl-C: discard it"


@pytest.fixture
def bob(village: Town) -> Person:
    return village.person("bob").start()


@pytest.fixture
def alice(open_terminal: Open, bob: Person) -> Terminal:
    terminal = open_terminal("alice", PYTHONPATH=PLAYED)
    terminal.wait_for("alice>", "registry ok")
    bob.node.people.add("alice", None)
    return terminal


def seconds(terminal: Terminal) -> int:
    """How long it is by the line above the prompt."""
    found = re.search(r"recording (\d+):(\d+)", terminal.text)
    return 60 * int(found[1]) + int(found[2]) if found else 0


def test_enter_sends_it_and_its_words_come(alice: Terminal, bob: Person) -> None:
    alice.enter("/voice bob")
    alice.wait_for("recording ", TOLD)
    alice.type("half a tho")
    bob.node.send(["alice"], "meanwhile")
    alice.wait_for("bob: meanwhile", "alice> half a tho")
    alice.wait(lambda: seconds(alice) > SPOKEN_S, "all of it recorded")  # it runs faster than the screen is drawn
    alice.type(ENTER)
    alice.wait_gone("recording")
    (event,) = bob.inbox.wait_for(events.Transcript)
    assert words(event.text)[:12] == WORDS.split()
    alice.wait_for("alice, #", "It was the best of times", "alice> half a tho")


def test_control_c_discards_it(alice: Terminal, bob: Person, tmp_path: Path) -> None:
    alice.enter("/voice bob")
    alice.wait_for(TOLD)
    alice.type(ctrl("C"))
    alice.wait_gone("recording")
    alice.enter("/msg bob never mind")
    assert bob.inbox.texts(1) == ["never mind"]
    assert list((tmp_path / "clients" / "alice" / "outgoing").iterdir()) == []


def test_leaving_discards_it(alice: Terminal, bob: Person, tmp_path: Path) -> None:
    alice.enter("/voice bob")
    alice.wait_for(TOLD)
    alice.type(ctrl("D"))
    assert alice.wait_end() == 0
    assert list((tmp_path / "clients" / "alice" / "outgoing").iterdir()) == []
    assert bob.inbox.of(events.Incoming) == []
