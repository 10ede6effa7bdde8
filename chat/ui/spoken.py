"""What is said in a voice message, as one line: its number, its length, the words or why there are none. Pure."""

from chat.inert import inert

MAX_CHARS = 500  # three quarters of a minute; /transcript shows all


def spoken(
    number: int, *, text: str, seconds: float, confidence: float | None = None, error: str = "", whole: bool = False
) -> str:
    """As in `#12 (0:05, 93 % sure) It was the best of times`; a long text is cut, unless the `whole` is wanted."""
    sure = f", {confidence:.0%} sure".replace("%", " %") if confidence is not None else ""
    head = f"#{number} ({duration(seconds)}{sure})" if seconds else f"#{number}"
    if not text:
        return f"{head} {'' if seconds else 'no transcript: '}{inert(error)}" if error else f"{head} …"
    if whole or len(text) <= MAX_CHARS:
        return f"{head} {inert(text)}"
    shown = text[:MAX_CHARS].rpartition(" ")[0] or text[:MAX_CHARS]
    left = len(text[len(shown) :].split())
    return f"{head} {inert(shown)} … {left:,} words more: /transcript {number}"


def duration(seconds: float) -> str:
    """As in 0:07, 12:05 or 3:00:00."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
