"""The better engine: a Whisper model for faster-whisper, in a folder that the person names. It fetches nothing.

Multilingual models find out the language themselves. Each piece stands for itself: told of the text before, a
model that once went wrong goes on so.
"""

import math
from pathlib import Path

from faster_whisper import WhisperModel

from chat.core.voice.engine import EngineMissing, Pcm, Segment, digest_of

THREADS = 2
NEEDED = "model.bin", "config.json", "tokenizer.json"  # the package would fetch the last from the net


class WhisperEngine:
    """A folder as ct2-transformers-converter makes it, with model.bin, config.json, tokenizer.json and vocabulary."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise EngineMissing(f"{folder} holds no model for faster-whisper: it has no {missing[0]}.")
        self.model_sha256 = digest_of([folder / "model.bin"])
        try:
            self._model = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineMissing(f"{folder} holds no model for faster-whisper: {error}.") from None
        self.id = f"faster-whisper {folder.name}"
        self.languages = tuple(self._model.supported_languages)

    def transcribe(self, pcm: Pcm) -> list[Segment]:
        """The words, each segment with the mean probability of its parts as confidence."""
        segments, _ = self._model.transcribe(pcm, beam_size=5, condition_on_previous_text=False)
        return [
            Segment(segment.start, segment.end, segment.text.strip(), min(1.0, math.exp(segment.avg_logprob)))
            for segment in segments
            if segment.text.strip()
        ]
