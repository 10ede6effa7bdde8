"""The commands, each one function; importing this package fills the table."""

from chat.ui.commands import oneself, people, reading, talking

__all__ = ["oneself", "people", "reading", "talking"]
