"""The commands, each one function; importing this package fills the table."""

from chat.ui.commands import files, moving, oneself, people, reading, talking, voice

__all__ = ["files", "moving", "oneself", "people", "reading", "talking", "voice"]
