"""Writing to people."""

from chat.core.events import Done
from chat.ui import commands
from tests.people import Town
from tests.ui.told import shell_of

assert commands  # importing it fills the command table


def test_to_several_and_then_to_those_who_were_chosen(village: Town) -> None:
    bob, carol = village.person("bob").start(), village.person("carol").start()
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/msg bob,Carol both of you")
    assert bob.inbox.texts(1) == carol.inbox.texts(1) == ["both of you"]
    assert shell.execute("/query bob")
    assert shell.execute("only you")
    assert bob.inbox.texts(2)[1] == "only you"
    assert shell.execute("/close")
    assert [talking_to for talking_to, _ in told.turns] == [("bob",), ()]
    assert not shell.execute("to nobody")


def test_nobody_is_asked_for_who_is_not_there(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert not shell.execute("/query nobody")
    assert told.last == Done(command="query", ok=False)
    assert shell.talking_to == ()
