"""Messages for the parts of an export."""

from typing import Any

from chat.core.events import Line


def line(text: str, sender: str = "bob", to: tuple[str, ...] = ("alice",), **changes: Any) -> Line:
    facts = {"id": "00", "number": 1, "kind": "text", "time": "2026-01-31T10:00:00.000Z", "status": "received"}
    return Line(sender=sender, to=to, text=text, **{**facts, **changes})
