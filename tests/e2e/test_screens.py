"""The pictures of the README can be taken again: the script still knows what the programs show."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.processes import PATIENCE_S, ROOT


def test_the_pictures_show_what_is_said(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "docs" / "screens.py"), str(tmp_path)],
        check=True,
        timeout=2 * PATIENCE_S,
        stdin=subprocess.DEVNULL,
    )
    shown = {path.stem: "\n".join(ET.parse(path).getroot().itertext()) for path in tmp_path.iterdir()}
    assert set(shown) == {"registry", "enrolling", "chatting"}
    assert shown["chatting"].count("Lunch at noon, you two?") == 3
    assert "the secret of" not in "".join(shown.values())
    for name in ("alice", "bob", "carol"):
        assert name in shown["registry"]
    assert {path.name for path in (ROOT / "docs" / "screens").iterdir()} == {f"{name}.svg" for name in shown}
