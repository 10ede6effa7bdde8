"""A message as a line of an export: as it is, or anonymised."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from chat.core.events import Line
from chat.core.export.coarse import DAY, Coarse
from chat.core.export.known import Facts, Known, Person
from chat.core.export.leaving import LeftOut
from chat.core.export.pseudonyms import Pseudonyms
from chat.core.export.records import Record
from chat.core.export.scrubbing import Scrubber
from chat.core.export.spans import Span
from chat.net.certificates import fingerprint, group
from db.messages import TEXT
from db.privacy import PrivacyRow
from db.traces import Traces
from db.transcripts import VOICE


class Finder(Protocol):
    """What a language model and its dictionary are asked."""

    def find(self, text: str, /) -> Iterable[Span]:
        """Names, places and numbers in a text."""

    def is_ordinary(self, word: str, /) -> bool:
        """Whether a folded word is in the dictionary."""


class Maker(Protocol):
    """Makes the lines of one export."""

    left_out: LeftOut
    replaced: Counter[str]
    leaks: Callable[[str], bool]  # whether there is something in a finished text that must not be

    def make(self, line: Line, text: str, n: int) -> Record:
        """The record of a message of which `text` may be exported; `n` is its number there."""


class Private:
    """All as it is. `left_out` are those whom the user named."""

    def __init__(self, own_name: str, without: Iterable[str]) -> None:
        self.left_out = LeftOut(own_name, without)
        self.replaced = Counter[str]()
        self.leaks: Callable[[str], bool] = lambda _: False  # nothing is hidden here
        self._coarse = Coarse(DAY)

    def make(self, line: Line, text: str, n: int) -> Record:
        """With names and exact times; the text of a file is its name, that of a recording what is said in it."""
        day, part = self._coarse(line.time)
        return Record(
            n=n,
            conversation=line.room or ",".join(sorted({line.sender, *line.to})),
            room=line.room or None,
            sender=line.sender,
            to=() if line.room else line.to,
            kind=line.kind,
            text=text,
            day=day,
            part=part,
            time=line.time,
        )


class Anonymous:
    """With pseudonyms, coarse times and scrubbed texts. Whoever said no is left out with those in `without`."""

    def __init__(
        self,
        own_name: str,
        traces: Traces,
        privacy: Iterable[PrivacyRow],
        finder: Finder,
        *,
        without: Iterable[str],
        time: str,
    ) -> None:
        rows = {row.name: row for row in privacy}
        silent = (row.name for row in rows.values() if not row.exportable and row.name != own_name)
        self.left_out = LeftOut(own_name, (*without, *silent))
        self.replaced = Counter[str]()
        self._pseudonyms = Pseudonyms()
        self._coarse = Coarse(time)
        names = sorted({own_name, *traces.names, *rows, *self.left_out.names})
        known = Known((_person(name, rows) for name in names), _facts(traces), finder.is_ordinary)
        self._scrubber = Scrubber(known, finder.find, self._pseudonyms)
        self.leaks: Callable[[str], bool] = self._scrubber.leaks

    def make(self, line: Line, text: str, n: int) -> Record:
        """Of a file and an image nothing is left but that it was sent, of a recording what is said in it."""
        scrubbed = self._scrubber.scrub(text if line.kind in (TEXT, VOICE) else "")
        self.replaced += scrubbed.replaced
        room = self._pseudonyms.room(line.room) if line.room else None
        day, part = self._coarse(line.time)
        return Record(
            n=n,
            conversation=room or self._pseudonyms.group((line.sender, *line.to)),
            room=room,
            sender=self._pseudonyms.person(line.sender),
            to=() if room else tuple(sorted(map(self._pseudonyms.person, line.to))),
            kind=line.kind,
            text=scrubbed.text,
            day=day,
            part=part,
            time=None,
        )


def people_in(line: Line) -> set[str]:
    """Who wrote a message and who got it, as far as it says."""
    return {line.sender} if line.room else {line.sender, *line.to}


def _person(name: str, rows: dict[str, PrivacyRow]) -> Person:
    nicknames = rows[name].nicknames if name in rows else ""
    return Person(name, [nickname for nickname in nicknames.split(",") if nickname.strip()])


def _facts(traces: Traces) -> Facts:
    """What the database knows, also in the forms in which people see it."""
    keys = [
        form
        for key in traces.keys
        if key
        for number in (fingerprint(key), key.hex())
        for form in (number, group(number))
    ]
    names_of_paths = [path.rpartition("/")[2] for path in traces.files]
    return Facts(traces.addresses, traces.ports, [*traces.ids, *keys], [*traces.files, *names_of_paths], traces.rooms)
