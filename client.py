#!/usr/bin/env python3
"""The chat: `python client.py --name bob`."""

import sys

from chat.net.process import keep_memory_private
from chat.ui.run import run

if __name__ == "__main__":
    keep_memory_private()
    sys.exit(run())
