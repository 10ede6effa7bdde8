"""A finder without models: it takes what it is told for names."""

import re
from collections.abc import Iterable

from chat.core.export.spans import PERSON, Span


class FakeFinder:
    """`names` are found as they are written; `ordinary` are in the dictionary."""

    def __init__(self, names: Iterable[str] = (), ordinary: Iterable[str] = ()) -> None:
        self._names = [*names]
        self._ordinary = {*ordinary}

    def find(self, text: str) -> list[Span]:
        return [Span(*found.span(), PERSON) for name in self._names for found in re.finditer(re.escape(name), text)]

    def is_ordinary(self, word: str) -> bool:
        return word in self._ordinary
