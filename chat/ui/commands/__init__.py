"""The commands, each one function; importing this package fills the table."""

from chat.ui.commands import export, files, oneself, people, reading, talking

__all__ = ["export", "files", "oneself", "people", "reading", "talking"]
