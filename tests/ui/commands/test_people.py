"""Contacts, and who can be found."""

from chat.core.events import Contact, Failure, Findable, Status, Verification
from chat.ui import commands
from tests.people import Town, wait_until
from tests.ui.told import Told, shell_of

assert commands  # importing it fills the command table


def contact(told: Told) -> Contact:
    return [event for event in told.events if isinstance(event, Contact)][-1]


def test_without_contacts_it_is_said_how_to_get_one(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/contacts")
    assert told.events[0] == Status(name="contacts", value="none yet: /add NAME makes one", source="/contacts")


def test_contacts_come_and_go(village: Town) -> None:
    village.person("bob").start()
    alice = village.person("alice").start()
    shell, told = shell_of(alice)
    assert shell.execute("/add Bob")
    wait_until(lambda: alice.node.is_online("bob"), "bob is on")
    assert shell.execute("/contacts")
    assert contact(told).online
    assert shell.execute("/block bob")
    assert contact(told).blocked
    assert shell.execute("/unblock bob")
    assert not contact(told).blocked
    assert shell.execute("/mute bob")
    assert contact(told).muted
    assert shell.execute("/mute bob")
    assert not contact(told).muted
    assert shell.execute("/remove bob")
    assert not shell.execute("/remove bob")


def test_who_lists_the_others(village: Town) -> None:
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/who")
    assert told.events[0] == Status(name="who", value="nobody else can be found now", source="/who")
    village.person("bob").start()
    told.events.clear()
    assert shell.execute("/who")
    assert [event.name for event in told.events if isinstance(event, Findable)] == ["bob"]


def test_the_safety_number_is_there_after_the_first_meeting(village: Town) -> None:
    bob = village.person("bob").start()
    shell, told = shell_of(village.person("alice").start())
    assert shell.execute("/add bob")
    assert not shell.execute("/verify bob")
    assert any(isinstance(event, Failure) and "not met bob yet" in event.message for event in told.events)
    assert shell.execute("/msg bob hi")
    assert bob.inbox.texts(1) == ["hi"]
    wait_until(lambda: shell.execute("/verify bob"), "the key is known")
    other, seen = shell_of(bob)
    wait_until(lambda: other.execute("/verify alice"), "the key is known there too")
    numbers = {event.safety_number for one in (told, seen) for event in one.events if isinstance(event, Verification)}
    assert len(numbers) == 1
