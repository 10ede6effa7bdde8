"""The data card that lies beside an anonymised export: what it is, how it was made, what holds and what does not."""

from collections.abc import Sequence
from pathlib import Path

from chat.core.export.figures import figures_table, read_figures
from chat.core.export.records import SCHEMA_VERSION
from chat.core.export.spans import KINDS, MEANING
from chat.core.export.wishes import SMALL_GROUP, Report, Wish

_TIMES = {
    "order": "only their order, `n`",
    "part": "their order, `n`, and the part of the day",
    "day": "their order, `n`, the day counted from the first message, and the part of the day",
}

_MADE = """\
By the client of one of the people in it, from that person's own history, on that person's machine. In the texts, first
what the database knows was found (accounts, nicknames, addresses, ids, files), then what has a recognisable form, then
what two models take for names, places and numbers: Presidio (Microsoft, MIT) over spaCy's `en_core_web_sm` (Explosion,
MIT), and “Rampart: Client-side PII redaction for AI assistants” by National Design Studio (CC BY 4.0, unchanged). All
that was found became a tag with a pseudonym."""

_HOLDS = """\
- **Only what the schema names is in the file.** Addresses, ports, keys, fingerprints, ids, digests, names and paths
  of files, exact times, recordings and attachments are not.
- **Accounts and listed nicknames are found in any case**, with or without accents, as a possessive, in full width, with
  invisible characters in between, and inside longer words that no dictionary has. After writing, each line was searched
  once more; one find, and there would be no file.
- **Pseudonyms mean nothing elsewhere.** They were made with a random key of 256 bits that was never stored. Hashing a
  list of names leads nowhere, and another export of the same messages has other ones.
- **Whoever was left out is left out whole**: messages, conversations alone with the exporter, lines quoted with `>`
  where that person takes part, and messages that repeat five words in a row."""

_DOES_NOT_HOLD = """\
- **This is pseudonymised data of reduced risk. It is not anonymous** in the sense of the law (GDPR, recital 26) without
  an assessment of what the recipient can link it with. Treat it as personal data.
- **No detector finds everything.** The figures below are the share that was found on public sets; names in real chat
  are the weak spot. Names of people who are no contacts are found by a model, or not at all.
- **The models know English.** In other languages the known names, patterns and numbers are found, other names badly.
- **Letters of other alphabets that look alike** (a Cyrillic “о” in a Latin name) are not taken for one another, and
  typing errors in a name are found only by the models.
- **What is told remains**: a job, an illness, an event, who writes to whom, how often, at which parts of the day.
  Writing style identifies people too. Small groups identify those in them to anyone who knows the group."""


def card_path(path: Path) -> Path:
    """chat.jsonl → chat.card.md."""
    return path.with_suffix(".card.md")


def data_card(wish: Wish, report: Report) -> str:
    """The card, in Markdown."""
    parts = [
        "# Messages of a chat, pseudonymised",
        f"JSON Lines, schema version {SCHEMA_VERSION}, a message a line, as docs/export.md of the program has it.",
        "## What is in it",
        _counts(wish, report),
        "## How it was made",
        _MADE,
        "## What was replaced",
        _replaced(report),
        "## Small groups",
        _small(report),
        "## What holds",
        _HOLDS,
        "## What does not hold",
        _DOES_NOT_HOLD,
        "## How well names and numbers are found",
        figures_table(read_figures()),
    ]
    return "\n\n".join(parts) + "\n"


def _counts(wish: Wish, report: Report) -> str:
    rows = [
        ("messages", report.messages),
        ("people", report.people),
        ("conversations", len(report.conversations)),
        ("messages left out", report.messages_left_out),
        ("people left out, by their wish or the exporter's", report.people_left_out),
        ("times", _TIMES[wish.time]),
    ]
    return _table(("", ""), rows)


def _replaced(report: Report) -> str:
    rows = [(f"`<{kind}_…>`", MEANING[kind], report.replaced[kind]) for kind in KINDS]
    return _table(("tag", "in place of", "times"), rows)


def _small(report: Report) -> str:
    if not report.small:
        return f"No conversation has fewer than {SMALL_GROUP} people."
    rows = [(size, count) for size, count in sorted(report.small.items())]
    return (
        f"{report.small.total()} of {len(report.conversations)} conversations have fewer than {SMALL_GROUP} people. "
        "Whoever knows one of them can guess the others.\n\n" + _table(("people", "conversations"), rows)
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines: list[Sequence[object]] = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
