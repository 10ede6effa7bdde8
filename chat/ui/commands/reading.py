"""Reading what was written."""

import msgspec

from chat.core.events import Event, Status
from chat.core.history import Query, read_history
from chat.core.search import MAX_LOOKED_AT, Found, SearchQuery, search
from chat.core.terms import FROM, KIND, TO, Term
from chat.ui.asking import Asked, parse
from chat.ui.shell import Shell, parse_targets
from chat.ui.table import command
from chat.wire.names import fold_room

FILTERS = {"from": FROM, "to": TO, "in": TO, "has": KIND}


@command("/history [NAME[,NAME…]] [-n N] [before:T] [after:T] [around:#N] [--utc]", beside=True)
def history(shell: Shell, arguments: str) -> None:
    """Show the newest messages with one person, with several, in a room, or with all; what is new there counts as read.

    T is a day or a time, as in 2026-01-31 or 2026-01-31T18:30, by your clock or with --utc in UTC; or it is
    #N, the number of a message as /search shows it. around:#N shows the messages round that one.
    """
    asked = parse(arguments, around=True, lines=shell.settings.history_lines)
    names = parse_targets(",".join(asked.words)) if asked.words else ()
    query = Query(names, asked.count, asked.bounds, asked.around)
    page = shell.people.read(lambda connection: read_history(connection, shell.name, query))
    lines: list[Event] = [msgspec.structs.replace(line, utc=asked.utc) for line in page.lines]
    if not lines:
        lines.append(Status(name="history", value="no such messages", source="/history"))
    shell.show(lines + _older("/history", asked, page.lines[0].number if page.older else 0))
    if shell.has_node and query == Query(names, asked.count):
        for name in names:
            shell.node.unread.read_all_with(name)


@command(
    '/search WORDS ["A PHRASE"] [from:NAME] [to:NAME] [in:ROOM] [has:file|image|voice]'
    " [before:T] [after:T] [-n N] [--utc]",
    beside=True,
)
def search_(shell: Shell, arguments: str) -> None:
    """Find messages, file names and transcripts that have all the words, the newest first.

    A word is found at the start of a word, without regard to case and accents, and Chinese, Japanese and
    the like wherever it stands; signs are signs, as in c++. from:a,b means either. T is as in /history;
    /history around:#N shows what stands round the hit with that number.
    """
    asked = parse(arguments, keys=FILTERS, lines=shell.settings.history_lines)
    query = SearchQuery(
        terms=[term for word in asked.words if (term := Term(word))],
        marks=[frozenset(_mark(key, value) for value in values) for key, values in asked.filters.items()],
        count=asked.count,
        bounds=asked.bounds,
    )
    found = shell.people.read(lambda connection: search(connection, shell.name, query))
    hits: list[Event] = [msgspec.structs.replace(hit, utc=asked.utc) for hit in found.hits]
    shell.show([*hits, *_nothing(query, found), *_older("/search", asked, found.older)])


def _mark(key: str, value: str) -> str:
    return FILTERS[key] + (fold_room(value) if key == "in" else value)


def _nothing(query: SearchQuery, found: Found) -> list[Event]:
    if found.hits:
        return []
    value = "nothing found in your history"
    if not query.terms and not query.marks:
        value = "nothing to look for: try /search tea from:bob, or /help search"
    elif found.older:
        value = f"nothing found among the newest {MAX_LOOKED_AT:,} messages that it might be"
    return [Status(name="search", value=value, source="/search")]


def _older(name: str, asked: Asked, number: int) -> list[Event]:
    """How to go on, if there is more."""
    return [Status(name="older", value=f"{name} {asked.before(number)}", source=name)] if number else []
