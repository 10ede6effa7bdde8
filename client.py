#!/usr/bin/env python3
"""The chat: `python client.py --name bob`."""

import sys

from chat.ui.run import run

if __name__ == "__main__":
    sys.exit(run())
