"""A screen for tests that remembers what it was told."""

from collections.abc import Sequence

from chat.core.events import Event
from chat.ui.shell import Shell
from tests.people import Person


class Told:
    """A screen that remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.texts: list[str] = []
        self.turns: list[tuple[tuple[str, ...], int]] = []

    def show(self, shown: Sequence[Event]) -> None:
        self.events += shown

    def notify(self, *shown: Event) -> None:
        self.show(shown)

    def wrote(self, message_id: str, to: tuple[str, ...], text: str) -> None:
        self.texts.append(text)

    def turned(self, talking_to: tuple[str, ...], unread: int) -> None:
        self.turns.append((talking_to, unread))

    @property
    def last(self) -> Event:
        return self.events[-1]


def shell_of(person: Person) -> tuple[Shell, Told]:
    told = Told()
    return Shell(person.name, person.node.people, person.node, told), told
