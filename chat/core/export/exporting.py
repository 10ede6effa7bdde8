"""An export from the database to its file: read, leave out, scrub, write, look once more, and then give it its name."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from chat.core.events import Line
from chat.core.export.card import card_path, data_card
from chat.core.export.detector import Detector
from chat.core.export.making import Anonymous, Finder, Maker, Private, people_in
from chat.core.export.reading import last_number, messages, newest_messages
from chat.core.export.records import Record, decode_line, encode_line
from chat.core.export.wishes import Change, Report, Wish
from chat.core.export.writing import check_free, new_file
from chat.core.reading import reading
from chat.errors import ChatError, UserError
from db.pool import Pool
from db.privacy import all_privacy
from db.traces import find_traces

SAMPLE_OF = 500

Progress = Callable[[str, int, int], None]  # what is being done, how far it is, of how much


class Leak(ChatError):
    """Something that is known was still in the finished file, which is gone."""


class Exporter:
    """For one person's database. `load` gives the models, which takes seconds: only where they are needed."""

    def __init__(
        self,
        pool: Pool,
        own_name: str,
        wish: Wish,
        *,
        progress: Progress = lambda *_: None,
        load: Callable[[], Finder] = Detector,
    ) -> None:
        self._pool = pool
        self._own_name = own_name
        self._wish = wish
        self._load = load
        self._progress = progress

    def run(self) -> Report:
        """Write the file and, if it is anonymised, its card. ChatError if nothing was written, and why."""
        wish = self._wish
        paths = (wish.path, card_path(wish.path)) if wish.anonymised else (wish.path,)
        for path in paths:
            check_free(path, overwrite=wish.overwrite)
        last, maker, report = last_number(self._pool), self._maker(), Report()
        self._learn(maker, last)
        with new_file(wish.path, overwrite=wish.overwrite) as file:
            for line, record in self._records(maker, messages(self._pool, self._own_name, last), report):
                file.write(encode_line(record))
                self._progress("written", line.number, last)
            report.replaced = maker.replaced
            if wish.anonymised:
                self._look_again(maker, file, report.messages)
                with new_file(card_path(wish.path), overwrite=wish.overwrite) as card:
                    card.write(data_card(wish, report).encode())
        return report

    def sample(self) -> tuple[list[Change], Report]:
        """What would become of the newest SAMPLE_OF messages, without writing anything."""
        maker, report = self._maker(), Report()
        self._learn(maker, last_number(self._pool))
        lines = newest_messages(self._pool, self._own_name, SAMPLE_OF)
        records = self._records(maker, iter(lines), report)
        changes = [Change(line.text, record.text) for line, record in records if line.text != record.text]
        report.replaced = maker.replaced
        return changes, report

    def _maker(self) -> Maker:
        wish = self._wish
        with reading(self._pool) as connection:
            traces, privacy = find_traces(connection), all_privacy(connection)
        if unknown := wish.without - traces.names:
            raise UserError(f"Nobody called {', '.join(sorted(unknown))} is in your history: look again at --without.")
        if not wish.anonymised:
            return Private(self._own_name, wish.without)
        return Anonymous(self._own_name, traces, privacy, self._load(), without=wish.without, time=wish.time)

    def _learn(self, maker: Maker, last: int) -> None:
        """What those wrote who are left out, to know quotes of it: a way through the history of its own."""
        if maker.left_out.names:
            for line in messages(self._pool, self._own_name, last):
                maker.left_out.learn(line)
                self._progress("read", line.number, last)

    def _records(self, maker: Maker, lines: Iterator[Line], report: Report) -> Iterator[tuple[Line, Record]]:
        report.people_left_out = len(maker.left_out.names)
        for line in lines:
            text = maker.left_out.keep(line)
            if text is None:
                report.messages_left_out += 1
                continue
            report.messages += 1
            record = maker.make(line, text, report.messages)
            report.conversations[record.conversation].update(people_in(line))
            yield line, record

    def _look_again(self, maker: Maker, file: BinaryIO, count: int) -> None:
        file.seek(0)
        for n, line in enumerate(file, 1):
            if maker.leaks(decode_line(line).text):
                raise Leak(
                    f"Line {n} still had something in it that is known: nothing was written. This is a fault of ours."
                )
            self._progress("checked", n, count)
