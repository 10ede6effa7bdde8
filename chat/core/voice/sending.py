"""A recording before it is sent: whether it is one, and not too long."""

from pathlib import Path

from chat.core.file_journal import Attached
from chat.core.transfer.source import inspect
from chat.core.voice.messages import MAX_DURATION_S, Opened
from chat.core.voice.process import DECODE, Child, Crashed, NotARecording, NotInstalled


def prepare(path: Path) -> Attached:
    """What is attached to the message. UserError if it cannot be sent, or would be no voice message."""
    path = path.expanduser()
    attached = inspect(path)
    duration_s = _stated_duration(path)
    if duration_s is not None and duration_s > MAX_DURATION_S:
        raise NotARecording(
            f"{path.name} is {duration_s / 3600:.1f} hours long; {MAX_DURATION_S // 3600} are the most for a voice "
            "message. Send it as a file: /send NAME PATH."
        )
    return attached


def _stated_duration(path: Path) -> float | None:
    """In seconds, as its header says; None if that says nothing, or nothing can be read on this machine."""
    try:
        with Child(path, DECODE) as child:
            opened = next(child.messages())
    except NotInstalled:
        return None  # it may be readable there
    except Crashed:
        raise NotARecording(f"{path.name} cannot be read as a recording. Send it as a file: /send NAME PATH.") from None
    except NotARecording as error:
        raise NotARecording(f"{path.name} cannot be sent as a voice message: {error}") from None
    return opened.duration_s if isinstance(opened, Opened) else None
