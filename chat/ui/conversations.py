"""The conversations of this run and their numbers, as Alt-1 to Alt-9 reach them. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from chat.core.events import Line
from chat.core.unread import Conversation, conversation_of

NUMBERED = 9
LABEL_COLUMNS = 20


class Conversations:
    """A conversation keeps the number that it got when it was first seen."""

    def __init__(self, known: Iterable[Conversation] = ()) -> None:
        self._order = list(dict.fromkeys(known))

    def note(self, conversation: Conversation) -> None:
        """There is something in this one."""
        if conversation and conversation not in self._order:
            self._order.append(conversation)

    @property
    def all(self) -> Sequence[Conversation]:
        """In the order of their numbers; those from the tenth on have none."""
        return tuple(self._order)

    def number(self, conversation: Conversation) -> int | None:
        """1 to 9, if it has one."""
        place = self._order.index(conversation) + 1 if conversation in self._order else NUMBERED + 1
        return place if place <= NUMBERED else None

    def at(self, number: int) -> Conversation | None:
        """The conversation with that number."""
        return self._order[number - 1] if 1 <= number <= len(self._order) else None

    def next_unread(self, current: Conversation, unread: Mapping[Conversation, int]) -> Conversation | None:
        """The next one after the current in which something is unread."""
        place = self._order.index(current) + 1 if current in self._order else 0
        return next((one for one in self._order[place:] + self._order[:place] if unread.get(one)), None)


def recent(own_name: str, lines: Sequence[Line], unread: Iterable[Conversation]) -> list[Conversation]:
    """The conversations to start with: what is unread, then what the newest lines are about, at most nine."""
    talked = (conversation_of(own_name, line.sender, line.to) for line in reversed(lines))
    waiting = list(unread)
    return [*waiting, *(one for one in dict.fromkeys(talked) if one not in waiting)][: max(NUMBERED, len(waiting))]


def label(conversation: Sequence[str], columns: int = LABEL_COLUMNS) -> str:
    """Its people, at most so many columns of them."""
    shown = ",".join(conversation)
    left = list(conversation)
    while len(shown) > columns and len(left) > 1:
        left.pop()
        shown = ",".join(left) + f"+{len(conversation) - len(left)}"
    return shown if len(shown) <= columns else shown[: columns - 1] + "…"
