"""The lines typed before, for the up key and Ctrl-R, without a file in which they could be read.

Texts come from the encrypted database, where they are anyway; commands are kept for this run alone.
"""

from collections.abc import Callable, Iterable

from prompt_toolkit.history import History

MAX_LINES = 1000


class Past(History):
    """`read_texts` gives what was written, the newest first."""

    def __init__(self, read_texts: Callable[[int], Iterable[str]]) -> None:
        super().__init__()
        self._read_texts = read_texts

    def load_history_strings(self) -> Iterable[str]:
        """The texts as they would be typed, the newest first, one that was sent again at once only once."""
        before = None
        for text in self._read_texts(MAX_LINES):
            if text != before:
                yield f"/{text}" if text.startswith("/") else text
            before = text

    def store_string(self, string: str) -> None:
        """It is in the database by itself if it was a text."""
