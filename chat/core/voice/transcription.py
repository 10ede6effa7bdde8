"""A recording in words, as one child process tells them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chat.core.voice.messages import ChildMessage, Ended, Listens, Opened, Passed, Said
from chat.core.voice.process import Crashed

MAX_CHARS = 1_000_000  # two hours of fast speech are 150,000

Progress = Callable[[float, float | None], None]  # seconds done, and of how many where that is known


@dataclass(frozen=True)
class Transcription:
    """What is said in a recording, and by which model. An empty text: there is no speech in it."""

    text: str
    confidence: float | None
    duration_s: float
    engine: str
    model_sha256: bytes
    languages: str


def hear_out(messages: Iterable[ChildMessage], progress: Progress) -> Transcription:
    """Put together what a child says. Passes its errors on; Crashed too if it says things out of turn."""
    listens: Listens | None = None
    stated_s: float | None = None
    said: list[Said] = []
    chars = 0
    for message in messages:
        match message:
            case Opened(duration_s):
                stated_s = duration_s
            case Listens():
                listens = message
            case Said(text=text):
                said.append(message)
                chars += len(text) + 1
                if chars > MAX_CHARS:
                    raise Crashed("the process that reads it said more than anybody says in two hours")
            case Passed(done_s):
                progress(done_s, stated_s)
            case Ended(duration_s) if listens is not None:
                text = " ".join(each.text for each in said)
                return Transcription(
                    text, _confidence(said), duration_s, listens.engine, listens.model_sha256, listens.languages
                )
    raise Crashed("the process that reads it did not come to the end")


def _confidence(said: list[Said]) -> float | None:
    """The mean over the time, None where the engine had none."""
    known = [(each.confidence, each.end_s - each.start_s) for each in said if each.confidence is not None]
    seconds = sum(length for _, length in known)
    return sum(confidence * length for confidence, length in known) / seconds if seconds > 0 else None
