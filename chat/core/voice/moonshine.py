"""The default engine: Moonshine's tiny model, English only, in its makers' own package.

The package cuts its input at pauses with a detector of its own, which on short clips costs accuracy (docs/voice.md):
it is switched off, and the gate in front decides what is speech.
"""

from pathlib import Path

import moonshine_voice
from moonshine_voice.moonshine_api import ModelArch
from moonshine_voice.transcriber import Transcriber

from chat.core.voice.engine import SAMPLE_RATE, EngineMissing, Pcm, Segment, digest_of

MODEL_FILES = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
MODEL_SHA256 = "3975a5d0adab3f82bf70e9bc15987bfcabc1493f237ba6b5aaa824259890b57f"


class MoonshineEngine:
    """Loaded from the installed package, or from another folder with the very same files."""

    id = "moonshine-voice 0.1.0 tiny-en"
    languages: tuple[str, ...] = ("en",)

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
        self.model_sha256 = digest_of([folder / name for name in MODEL_FILES])
        if self.model_sha256.hex() != MODEL_SHA256:
            raise EngineMissing(
                f"The speech model in {folder} is not the one that was checked: "
                "pip install --force-reinstall -r requirements.txt."
            )
        self._transcriber = Transcriber(
            folder, ModelArch.TINY, options={"vad_threshold": 0, "return_audio_data": "false"}
        )

    def transcribe(self, pcm: Pcm) -> list[Segment]:
        """The words as one segment; this engine has no confidence."""
        lines = self._transcriber.transcribe_without_streaming(pcm.tolist(), SAMPLE_RATE).lines
        text = " ".join(line.text.strip() for line in lines).strip()
        return [Segment(0.0, len(pcm) / SAMPLE_RATE, text, None)] if text else []
