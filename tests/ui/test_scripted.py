"""Lines from a pipe, and from a program."""

import io
import json

import pytest

from chat.core.events import Done, Failure
from chat.ui import commands
from chat.ui.scripted import run_lines
from tests.people import Town
from tests.ui.told import Told, shell_of

assert commands  # importing it fills the command table


def run(village: Town, monkeypatch: pytest.MonkeyPatch, *lines: str, as_json: bool) -> Told:
    shell, told = shell_of(village.person("alice").start())
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    assert run_lines(shell, as_json=as_json) == 0
    return told


def test_a_program_may_write_a_line_as_json(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = village.person("bob").start()
    lines = [json.dumps({"line": "/msg bob one\ntwo\n"}), "/query bob", json.dumps({"line": '{"a": 1}'}), "plain"]
    run(village, monkeypatch, *lines, as_json=True)
    assert bob.inbox.texts(3) == ["one\ntwo", '{"a": 1}', "plain"]


@pytest.mark.parametrize("line", ["{", '{"line": 7}', "{}", '{"line": ' + "[" * 5000])
def test_what_is_no_line_is_answered_and_the_next_one_read(
    village: Town, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    told = run(village, monkeypatch, line, "/contacts", as_json=True)
    assert isinstance(told.events[0], Failure)
    assert told.events[1] == Done(command="", ok=False)
    assert told.last == Done(command="contacts", ok=True)


def test_in_a_pipe_a_brace_is_a_brace(village: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = village.person("bob").start()
    run(village, monkeypatch, "/query bob", "{ok}", "/quit", "not read", as_json=False)
    assert bob.inbox.texts(1) == ["{ok}"]
