"""What stands below the banner: the first steps for who is new, and for the others what is unread. Pure."""

from collections.abc import Mapping

from chat.core.unread import Conversation
from chat.ui.conversations import label

FIRST_STEPS = """\
  /who lists who can be found; /add NAME makes somebody a contact.
  /query NAME, and plain lines go there; /msg NAME TEXT is for a single one.
  Tab completes, /help explains, Alt-1 to Alt-9 and Alt-A turn to conversations."""


def greeting(unread: Mapping[Conversation, int], *, is_new: bool) -> list[str]:
    """The lines; none if there is nothing to say."""
    if is_new:
        return [FIRST_STEPS]
    if not unread:
        return []
    waiting = ", ".join(f"{label(one)} {count}" for one, count in unread.items())
    return [f"{sum(unread.values())} unread: {waiting}. Alt-A turns to the next."]
