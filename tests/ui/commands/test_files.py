"""Sending files, and taking them."""

from pathlib import Path

from chat.core.events import Failure, Incoming, Status, Transfer
from chat.ui import commands
from tests.people import Town
from tests.ui.told import shell_of

assert commands  # importing it fills the command table


def test_a_file_is_sent_offered_taken_and_listed(village: Town, tmp_path: Path) -> None:
    (tmp_path / "a plan.txt").write_text("tea")
    bob = village.person("bob").start()
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute(f"/send bob {tmp_path}/a plan.txt")
    assert told.texts == ["[file] a plan.txt"]
    (incoming,) = bob.inbox.wait_for(Incoming)
    assert (incoming.kind, incoming.text) == ("file", "a plan.txt")
    (offer,) = bob.inbox.wait_for(Transfer, lambda event: event.state == "offered")
    taking, _ = shell_of(bob)
    assert taking.execute(f"/accept {offer.number}")
    (done,) = bob.inbox.wait_for(Transfer, lambda event: event.state == "done")
    assert Path(done.path).read_text() == "tea"
    assert not taking.execute(f"/accept {offer.number}")


def test_nothing_under_way_is_said(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/transfers")
    assert told.events[0] == Status(name="transfers", value="none", source="/transfers")


def test_what_is_missing_is_said(village: Town, tmp_path: Path) -> None:
    village.person("bob")
    shell, told = shell_of(village.person("alice").start())
    for line in ("/send bob", "/send -keep bob", f"/send bob {tmp_path}/none", "/accept x", "/cancel 99"):
        assert not shell.execute(line), line
    assert all("/send NAME PATH" in event.message for event in told.events[2:3] if isinstance(event, Failure))
