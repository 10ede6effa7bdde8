"""What a child says, put together."""

from collections.abc import Iterator

import pytest

from chat.core.voice.messages import ChildMessage, Ended, Listens, Opened, Passed, Said
from chat.core.voice.process import Crashed, NotARecording
from chat.core.voice.transcription import Transcription, hear_out

LISTENS = Listens("an engine", bytes(32), "en,de")


def ignore(done_s: float, total_s: float | None) -> None:
    pass


def test_words_and_confidence_over_the_time() -> None:
    messages: list[ChildMessage] = [
        Opened(9.0),
        LISTENS,
        Said(0.0, 1.0, "Hello.", 0.5),
        Said(4.0, 7.0, "Good bye.", 0.9),
        Ended(8.5),
    ]
    heard = hear_out(messages, ignore)
    assert heard == Transcription("Hello. Good bye.", heard.confidence, 8.5, "an engine", bytes(32), "en,de")
    assert heard.confidence == pytest.approx(0.8)


def test_an_engine_without_confidence() -> None:
    assert hear_out([LISTENS, Said(0.0, 1.0, "Hello.", None), Ended(1.0)], ignore).confidence is None
    assert hear_out([LISTENS, Said(1.0, 1.0, "Hello.", 0.5), Ended(1.0)], ignore).confidence is None


def test_nothing_said() -> None:
    assert hear_out([Opened(None), LISTENS, Ended(3.0)], ignore).text == ""


def test_progress_is_passed_on() -> None:
    told: list[tuple[float, float | None]] = []
    hear_out([Opened(20.0), LISTENS, Passed(10.0), Passed(20.0), Ended(20.0)], lambda *args: told.append(args))
    assert told == [(10.0, 20.0), (20.0, 20.0)]


@pytest.mark.parametrize("messages", [[], [Ended(1.0)], [LISTENS, Said(0.0, 1.0, "Hello.", None)]])
def test_out_of_turn(messages: list[ChildMessage]) -> None:
    with pytest.raises(Crashed, match="did not come to the end"):
        hear_out(messages, ignore)


def test_nobody_says_so_much() -> None:
    with pytest.raises(Crashed, match="more than anybody says"):
        hear_out([LISTENS, *[Said(0.0, 1.0, "x" * 10_000, None)] * 101, Ended(1.0)], ignore)


def test_its_errors_are_passed_on() -> None:
    def refusing() -> Iterator[ChildMessage]:
        yield LISTENS
        raise NotARecording("No.")

    with pytest.raises(NotARecording):
        hear_out(refusing(), ignore)
