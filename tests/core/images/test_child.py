"""The child gives up everything before it looks at the image."""

import subprocess
import sys
from pathlib import Path

from tests.core.images.samples import photograph
from tests.processes import ROOT

SPYING = """
import os, socket, sys
sys.argv = ["child", "preview", "8", "8"]
import chat.core.images.child as child
def spy(image, width, height):
    for attempt in (lambda: open("/etc/hostname"), socket.socket, os.pipe):
        try:
            attempt()
            os.write(1, b"could ")
        except OSError:
            os.write(1, b"refused ")
child._preview = spy
child.main()
"""


def test_nothing_can_be_opened_any_more(tmp_path: Path) -> None:
    with photograph(tmp_path, "png").open("rb") as image:
        done = subprocess.run([sys.executable, "-c", SPYING], stdin=image, capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.split() == [b"refused"] * 3, done.stderr
