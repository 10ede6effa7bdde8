#!/usr/bin/env python3
"""The chat: `python client.py --name bob`."""

import sys

from chat.net.process import collect_less_garbage, keep_memory_private, raise_descriptor_limit
from chat.ui.run import run

if __name__ == "__main__":
    keep_memory_private()
    raise_descriptor_limit()  # a room of 200 is 200 connections, of a few descriptors each
    collect_less_garbage()
    sys.exit(run())
