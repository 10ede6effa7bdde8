"""The only printer: JSON for programs, text for people, and a count of what is under way."""

import json
import threading

import pytest

from chat.core.events import Delivered, Queued, Status, Warn
from chat.ui.console import Console
from chat.ui.messages import Look

ALICE = Look("alice")
ONE, TWO = (Queued(id=f"0{number}", to=("bob", "carol")) for number in (1, 2))


def test_a_program_gets_one_line_for_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(ALICE, as_json=True)
    console.notify(ONE, Delivered(id="01", to="bob"))
    console.notify()
    console.show([Warn(message="line\nbreak")])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"event": "queued", "id": "01", "to": ["bob", "carol"]},
        {"event": "sent", "id": "01", "to": "bob"},
        {"event": "warning", "message": "line\nbreak"},
    ]


def test_a_person_gets_events_one_below_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(ALICE)
    console.notify(ONE, Delivered(id="01", to="bob"))
    console.notify()
    console.show([Status(name="visibility", value="hidden", source="/hide")])
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        "stored, pending for bob, carol",
        "sent to bob",
        "--  visibility: hidden",
    ]


def test_what_is_under_way_is_known_once_it_is_counted() -> None:
    console = Console(ALICE, as_json=True)
    console.notify(ONE)
    assert console.wait_delivered(0) == {}
    console.count_deliveries()
    console.notify(ONE, TWO, Delivered(id="01", to="bob"), Delivered(id="02", to="bob"), Delivered(id="02", to="carol"))
    assert console.wait_delivered(0) == {"01": {"carol"}}


def test_the_wait_ends_with_the_last_delivery() -> None:
    console = Console(ALICE, as_json=True)
    console.count_deliveries()
    console.notify(ONE, Delivered(id="01", to="bob"))
    threading.Timer(0.05, console.notify, [Delivered(id="01", to="carol")]).start()
    assert console.wait_delivered(60) == {}
