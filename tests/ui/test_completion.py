"""What Tab offers where."""

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

import chat.ui.commands as _commands
from chat.ui.completion import Candidate, CommandCompleter
from chat.ui.table import ARGUMENTS, COMMANDS, Command

assert _commands

PEOPLE = [Candidate("bob", "online"), Candidate("bill"), Candidate("carol", "2 unread")]
ROOMS = [Candidate("#tea", "room"), Candidate("#board", "room")]
COMPLETER = CommandCompleter(lambda: PEOPLE, lambda: [*ROOMS, Candidate("bob,carol", "conversation")])


def offered(text: str) -> dict[str, str]:
    """The whole line after each completion, and what is said beside it."""
    return {
        text[: len(text) + one.start_position] + one.text: one.display_meta_text
        for one in COMPLETER.get_completions(Document(text), CompleteEvent())
    }


@pytest.fixture(autouse=True)
def _commands_of_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shapes of usage that the table may have."""
    for usage in (
        "/give NAME[,NAME…] PATH",
        "/seek WORDS [from:NAME] [has:file|image] [--raw]",
        "/speak NAME [PATH]",
        "/past [NAME[,NAME…]] [-n N] [before:T] [--utc]",
    ):
        name = usage.split()[0][1:]
        monkeypatch.setitem(COMMANDS, name, Command(name, usage, "Help. More.", lambda shell, arguments: None, False))


def test_commands_come_with_what_they_do() -> None:
    assert offered("/hi") == {
        "/hide ": COMMANDS["hide"].help.partition(".")[0],
        "/history ": COMMANDS["history"].help.partition(".")[0],
    }
    assert "/quit " in offered("/")
    assert [*offered("/")][:2] == ["/msg ", "/query "]  # as in /help: what is used most first
    assert offered("hello") == offered("") == offered("/nothing ") == {}


def test_names_go_where_names_go() -> None:
    assert offered("/msg b") == {"/msg bob": "online", "/msg bill": "", "/msg bob,carol": "conversation"}
    assert offered("/msg bob,") == {"/msg bob,bill": "", "/msg bob,carol": "2 unread"}
    assert offered("/ADD C") == {"/ADD carol": "2 unread"}
    assert offered("/msg bob c") == {}


def test_rooms_go_where_rooms_go() -> None:
    assert offered("/msg #") == {"/msg #tea": "room", "/msg #board": "room"}
    assert offered("/part ") == {"/part #tea": "room", "/part #board": "room"}
    assert offered("/invite bob #T") == {"/invite bob #tea": "room"}
    assert set(offered("/search leaves in:#")) == {"/search leaves in:#tea", "/search leaves in:#board"}
    assert "-invite" in {line.split()[-1] for line in offered("/join #tea ")}


def test_options_are_offered_until_they_are_used() -> None:
    options = {"-n": ARGUMENTS["-n N"], "before:": ARGUMENTS["before:T"], "--utc": ARGUMENTS["--utc"]}
    assert offered("/past bob ") == {f"/past bob {one}": what for one, what in options.items()}
    assert set(offered("/past ")) == {
        f"/past {one}" for one in ("bob", "bill", "carol", "#tea", "#board", "bob,carol", *options)
    }
    assert offered("/past -n ") == offered("/past -n 5") == {}
    assert set(offered("/past -n 5 bob ")) == {"/past -n 5 bob before:", "/past -n 5 bob --utc"}
    assert set(offered("/past -n 5 b")) == {f"/past -n 5 {one}" for one in ("bob", "bill", "bob,carol", "before:")}
    assert offered("/past before:2026-01-01 -") == {
        f"/past before:2026-01-01 {one}": options[one] for one in ("-n", "--utc")
    }


def test_options_with_values() -> None:
    assert set(offered("/seek words ")) == {"/seek words from:", "/seek words has:", "/seek words --raw"}
    assert set(offered("/seek words from:b")) == {"/seek words from:bob", "/seek words from:bill"}
    assert set(offered("/seek words has:f")) == {"/seek words has:file"}
    assert set(offered("/seek words --raw h")) == {"/seek words --raw has:"}


def test_commands_for_help() -> None:
    assert set(offered("/help hi")) == {"/help hide", "/help history"}


def test_paths_may_have_blanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a photo.jpg").touch()
    monkeypatch.chdir(tmp_path)
    assert set(offered("/give bob a ph")) == {"/give bob a photo.jpg"}
    assert set(offered(f"/give bob {tmp_path}/a")) == {f"/give bob {tmp_path}/a photo.jpg"}
    assert set(offered("/give b")) == {"/give bob", "/give bill", "/give bob,carol"}
    assert set(offered("/speak bob a")) == {"/speak bob a photo.jpg"}
