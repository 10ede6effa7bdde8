"""The commands, each one function; importing this package fills the table."""

from chat.ui.commands import export, files, moving, oneself, people, reading, rooms, talking, voice

__all__ = ["export", "files", "moving", "oneself", "people", "reading", "rooms", "talking", "voice"]
