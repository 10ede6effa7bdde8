"""Handing one's history on: /export, and what people wish about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chat.core.events import Event, Exporting, Sample, Status, Warn
from chat.core.export.coarse import DEFAULT, PRECISIONS
from chat.core.export.exporting import SAMPLE_OF, Exporter
from chat.core.export.spans import KINDS, MEANING
from chat.core.export.wishes import SMALL_GROUP, Report, Wish
from chat.errors import UserError
from chat.ui.shell import Shell, first_word, parse_names
from chat.ui.table import command
from chat.wire.names import fold_name

USAGE = (
    f"/export PATH [--anonymised] [--without NAME[,NAME…]] [--time {'|'.join(PRECISIONS)}] [--dry-run] [--overwrite]"
)
SHOWN_SAMPLES = 10

_PIECE = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True)
class Asked:
    """What a line asks for."""

    wish: Wish
    dry_run: bool


@command(USAGE, beside=True, slow=True)
def export(shell: Shell, arguments: str) -> None:
    """Write your history to a file for others to work with: JSON Lines, one message a line.

    With --anonymised people become pseudonyms, and names, addresses, numbers and places in the texts become
    tags; a data card beside it says what holds and what does not. --without leaves people out, --time says how
    coarse times are, --dry-run shows a sample and writes nothing. Without --anonymised everything is in it as it is.
    """
    asked = parse(arguments)
    exporter = Exporter(shell.people.pool, shell.name, asked.wish, progress=_Progress(shell))
    if asked.dry_run:
        changes, report = exporter.sample()
        shown: list[Event] = [Sample(before=one.before, after=one.after) for one in changes[-SHOWN_SAMPLES:]]
        shell.show(shown)
        shell.show([*_counts(report, f"the newest {SAMPLE_OF}"), _fact("written", "nothing: this was a dry run")])
        return
    if not asked.wish.anonymised:
        shell.show(
            [Warn(message=f"{asked.wish.path} gets everything as it is: names, texts, times. Keep it to yourself.")]
        )
    report = exporter.run()
    shell.show([*_counts(report, "all"), _fact("written", str(asked.wish.path))])


@command("/consent no|yes")
def consent(shell: Shell, arguments: str) -> None:
    """Say that nothing that you write may be in the anonymised exports of others, or that it may again.

    Their clients are told when you are both on, and leave your messages and quotes of them out from then on.
    """
    if arguments not in ("no", "yes"):
        raise UserError("Say /consent no or /consent yes.")
    shell.node.people.consent(exportable=arguments == "yes")
    shell.show([Status(name="may be exported by others", value=arguments, source="/consent")])


@command("/nicknames NAME [NICKNAME[,NICKNAME…]]")
def nicknames(shell: Shell, arguments: str) -> None:
    """Note what else somebody, or you, are called in messages: an anonymised export finds these too.

    They take the place of those noted before; they may have blanks, and a comma ends each.
    """
    name, others = first_word(arguments)
    called = ",".join(part.strip() for part in others.split(",") if part.strip())
    shell.node.people.call(fold_name(name), called)
    shell.show([Status(name=f"nicknames of {fold_name(name)}", value=called or "none", source="/nicknames")])


def parse(line: str) -> Asked:
    """Understand the arguments; a path with blanks may stand in quotes. UserError for what makes no sense."""
    pieces = [(quoted or plain, bool(plain)) for quoted, plain in _PIECE.findall(line)]
    flags, values, path = set[str](), {"--time": DEFAULT, "--without": ""}, list[str]()
    while pieces:
        piece, is_plain = pieces.pop(0)
        if is_plain and piece in ("--anonymised", "--dry-run", "--overwrite"):
            flags.add(piece)
        elif is_plain and piece in values:
            if not pieces:
                raise UserError(f"After {piece} something is missing: write {USAGE}")
            value = pieces.pop(0)[0]
            values[piece] = f"{values[piece]},{value}" if piece == "--without" else value
        elif is_plain and piece.startswith("--"):
            raise UserError(f"There is no {piece[:40]!r} here: write {USAGE}")
        else:
            path.append(piece)
    if not path:
        raise UserError(f"Say where to: write {USAGE}")
    if values["--time"] not in PRECISIONS:
        raise UserError(f"--time is one of {', '.join(PRECISIONS)}.")
    wish = Wish(
        path=Path(" ".join(path)).expanduser(),
        anonymised="--anonymised" in flags,
        without=frozenset(parse_names(values["--without"])) if values["--without"] else frozenset(),
        time=values["--time"],
        overwrite="--overwrite" in flags,
    )
    return Asked(wish, "--dry-run" in flags)


class _Progress:
    """Tells the screen each time that another hundredth is done."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._shown: tuple[str, int] = ("", -1)

    def __call__(self, step: str, done: int, total: int) -> None:
        share = 100 * done // max(total, 1)
        if (step, share) != self._shown:
            self._shown = step, share
            self._shell.show([Exporting(step=step, done=done, total=total)])


def _counts(report: Report, of_what: str) -> Sequence[Event]:
    facts = [_fact("messages", f"{report.messages} of {of_what}")]
    if report.people_left_out:
        facts.append(_fact("left out", f"{report.messages_left_out} messages, for {report.people_left_out} people"))
    facts += [
        _fact(f"<{kind}_…>", f"{report.replaced[kind]} times, {MEANING[kind]}")
        for kind in KINDS
        if report.replaced[kind]
    ]
    if report.small:
        small = (
            f"{report.small.total()} of {len(report.conversations)} conversations have fewer than {SMALL_GROUP} people"
        )
        facts.append(_fact("small groups", f"{small}: whoever knows the group recognises who is in it"))
    return facts


def _fact(name: str, value: str) -> Status:
    return Status(name=name, value=value, source="/export")
