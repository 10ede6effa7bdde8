"""What is asked of an export, and what is reported of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from chat.core.export.coarse import DEFAULT

SMALL_GROUP = 5  # a conversation of fewer people is reported as small


@dataclass(frozen=True)
class Wish:
    """`without`: names to leave out; of an anonymised export also who said that nothing may be exported."""

    path: Path
    anonymised: bool = False
    without: frozenset[str] = frozenset()
    time: str = DEFAULT
    overwrite: bool = False


@dataclass
class Report:
    """What became of it. `conversations`: who takes part in each; of a room, who said something there."""

    messages: int = 0
    messages_left_out: int = 0
    people_left_out: int = 0
    conversations: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    replaced: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        """How many there are in it."""
        return len(set[str]().union(*self.conversations.values()))

    @property
    def small(self) -> Counter[int]:
        """How many conversations there are of each size below SMALL_GROUP."""
        return Counter(len(who) for who in self.conversations.values() if len(who) < SMALL_GROUP)


@dataclass(frozen=True)
class Change:
    """A message as it is and as it would be exported."""

    before: str
    after: str
