"""The manual's tables are those of the program."""

import subprocess
import sys

from chat.ui import commands
from chat.ui.settings import FIELDS
from chat.ui.table import COMMANDS, KEYS
from tests.processes import ROOT

assert commands  # importing it fills the command table

MANUAL = ROOT / "docs" / "manual.md"


def test_the_tables_are_the_programs() -> None:
    before = MANUAL.read_text("utf-8")
    script = "import sys; sys.path.insert(0, 'docs'); import manual; sys.stdout.write(manual.written(sys.stdin.read()))"
    run = subprocess.run(
        [sys.executable, "-c", script],
        input=before,
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=ROOT,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    assert run.stdout == before, "make manual"


def test_it_has_every_command_key_and_setting() -> None:
    text = MANUAL.read_text("utf-8")
    for one in COMMANDS.values():
        assert f"**`{one.usage}`**" in text
    assert all(f"| {key} |" in text for key, _ in KEYS)
    assert all(f"| `{name}` |" in text for name in FIELDS)
