"""Being found, what is set, and help."""

import re

from chat.core.events import Help, Ready, Status
from chat.ui import commands
from chat.ui.messages import Look
from chat.ui.table import COMMANDS, KEYS
from chat.ui.views import render
from tests.people import Town
from tests.ui.told import Told, shell_of

assert commands  # importing it fills the command table

LOOK = Look("alice")


def statuses(told: Told) -> dict[str, str]:
    return {event.name: event.value for event in told.events if isinstance(event, Status)}


def test_hidden_and_found_again(village: Town) -> None:
    alice = village.person("alice").start()
    shell, told = shell_of(alice)
    assert shell.execute("/hide")
    assert alice.node.hidden
    assert shell.execute("/status")
    assert (statuses(told)["visibility"], statuses(told)["listening"]) == ("hidden", "")
    assert shell.execute("/show")
    assert not alice.node.hidden
    assert statuses(told)["visibility"] == "visible"


def test_status_has_the_settings_with_their_sources(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    shell.sources = [("bell", "false", "P2PCHAT_BELL")]
    assert shell.execute("/status")
    assert Status(name="bell", value="false", source="P2PCHAT_BELL") in told.events
    shown = render([event for event in told.events if isinstance(event, Status)], LOOK, 60)
    assert "\nbell                  false  (P2PCHAT_BELL)" in shown
    assert all(len(line) <= 60 for line in shown.split("\n"))


def test_help_lists_each_command_once(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/help")
    listed = [event for event in told.events if isinstance(event, Help)]
    assert sorted(event.command for event in listed) == sorted(COMMANDS)
    assert (listed[0].command, listed[-1].command) == ("msg", "quit")
    assert re.search(r"^/msg +Send a message to one or to many", render(listed, LOOK, 80))


def test_help_explains_one_command_and_its_words(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    for line in ("/help history", "/help /HISTORY"):
        told.events.clear()
        assert shell.execute(line)
        (entry,) = (event for event in told.events if isinstance(event, Help))
        shown = render([entry], LOOK, 80)
        assert shown.startswith("/history [NAME")
        assert re.search(r"\n  -n N +so many lines\n", shown)
    assert not shell.execute("/help histroy")


def test_help_lists_the_keys(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/help keys")
    assert [(event.usage, event.help) for event in told.events if isinstance(event, Help)] == list(KEYS)


def test_the_banner_says_where_one_is_reached() -> None:
    def banner(listen: str, *, hidden: bool = False) -> str:
        return render([Ready(name="alice", listen=listen, registry="", hidden=hidden)], LOOK)

    assert "peers reach you on port 4711 of this machine." in banner("0.0.0.0:4711")
    assert "peers reach you on port 4711 of this machine." in banner("[::]:4711")
    assert "peers reach you at 192.0.2.7:4711." in banner("192.0.2.7:4711")
    assert "hidden: nobody finds you." in banner("", hidden=True)
