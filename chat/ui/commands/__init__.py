"""The commands, each one function; importing this package fills the table."""

from chat.ui.commands import files, oneself, people, reading, rooms, talking

__all__ = ["files", "oneself", "people", "reading", "rooms", "talking"]
