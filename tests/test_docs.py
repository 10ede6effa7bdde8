"""The documents name what there is: commands, flags, dependencies, files. Nothing else, and nothing less."""

import argparse
import re
from pathlib import Path

import pytest

import chat.ui.commands as _commands
import server
from chat.errors import ChatError
from chat.ui import options
from chat.ui.table import COMMANDS

assert _commands  # importing it fills the command table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_every_command_is_in_the_readme() -> None:
    (table,) = re.findall(r"### Commands\n(.*?)\n### ", README, re.DOTALL)
    named = set(re.findall(r"`/(\w+)", table))
    assert named == set(COMMANDS)


def test_every_flag_in_the_readme_exists() -> None:
    parsers = (options.parser(), server.parser())
    flags = {flag for parser in parsers for flag in _flags(parser)}
    flags |= {flag for entry in COMMANDS.values() for flag in re.findall(r"--[a-z-]+", entry.usage)}
    ours = re.sub(r"^docker .*", "", README, flags=re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", ours))
    assert named <= flags


def test_the_exit_codes_are_those_of_the_errors() -> None:
    (table,) = re.findall(r"\| exit code \|.*?\n\n", README, re.DOTALL)
    listed = {int(code) for code in re.findall(r"^\| (\d) \|", table, re.MULTILINE)}
    assert listed == {0} | {error.exit_code for error in _all(ChatError)}


def test_every_pinned_package_is_explained() -> None:
    pinned = {
        name
        for file in ("requirements.txt", "requirements-export.txt", "requirements-dev.txt")
        for name in re.findall(r"^([\w.-]+)==", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    }
    explained = set(re.findall(r"^\| `([\w.-]+)` \|", (ROOT / "docs/dependencies.md").read_text("utf-8"), re.MULTILINE))
    assert explained == pinned


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#([\w-]+))?\)", document.read_text("utf-8"))
    for target, anchor in links:
        path = (document.parent / target).resolve()
        assert path.exists(), f"{document.name} links to {target}, which is not there"
        assert not anchor or anchor in _anchors(path), f"{target} has no heading {anchor!r}"


def _flags(parser: argparse.ArgumentParser) -> list[str]:
    return [flag for action in parser._actions for flag in action.option_strings]


def _all(cls: type[ChatError]) -> set[type[ChatError]]:
    return {cls}.union(*(_all(derived) for derived in cls.__subclasses__()))


def _anchors(path: Path) -> set[str]:
    """As GitHub makes them: lower case, spaces to hyphens, punctuation gone."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}
