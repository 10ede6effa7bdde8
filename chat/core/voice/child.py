"""The process that reads one recording: `python -m chat.core.voice.child transcribe|decode [MODEL_FOLDER]`.

The recording is its standard input, its answers go to standard output as frames. It loads what it needs, then
gives up all that it does not (`confinement`), and only then looks at the recording. One that makes the decoder
crash, or eats its memory, ends this process and nothing else.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chat.core.confinement import confine
from chat.core.voice.messages import Missing, Refused
from chat.errors import UserError
from chat.wire.codec import encode
from chat.wire.frames import encode_frame

if TYPE_CHECKING:
    from chat.core.voice.hearing import Run

MORE_BYTES = 768 * 1024 * 1024  # the engine takes 250 MB for a piece, the decoders a few
CPU_S = 4 * 3600
INSTALL = "pip install -r requirements.txt."


def main() -> None:
    """Do what the arguments say."""
    pipe = os.dup(1)
    os.dup2(2, 1)  # what libraries print is no frame

    def tell(message: msgspec.Struct) -> None:
        frame = memoryview(encode_frame(encode(message)))
        while frame:
            frame = frame[os.write(pipe, frame) :]

    mode, *model_folder = sys.argv[1:]
    try:
        run = _prepare(mode, Path(model_folder[0]) if model_folder else None)
    except UserError as error:
        tell(Missing(str(error)))
        return
    except (ImportError, OSError) as error:
        tell(Missing(f"Recordings cannot be read here ({error}): {INSTALL}"))
        return
    confine(more_bytes=MORE_BYTES, cpu_s=CPU_S)
    try:
        run(sys.stdin.buffer, tell)
    except UserError as error:
        tell(Refused(str(error)))
    except MemoryError:
        tell(Refused("It takes more memory than a recording may."))


def _prepare(mode: str, model_folder: Path | None) -> "Run":
    from chat.core.voice.hearing import decoder, transcriber  # noqa: PLC0415 - what is missing is told

    return transcriber(model_folder) if mode == "transcribe" else decoder()


if __name__ == "__main__":
    main()
