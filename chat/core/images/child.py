"""The process that reads one image: `python -m chat.core.images.child strip`, or `… preview WIDTH HEIGHT`.

The image is its standard input, the answer goes to standard output. It loads its decoders, then gives up
all that it does not need, and only then looks at the image.
"""

import io
import os
import sys
import warnings

import msgspec
from PIL import Image as Pillow
from PIL import ImageOps

from chat.core.confinement import confine
from chat.core.images.messages import Image, Refused, Unchanged
from chat.wire.codec import encode
from chat.wire.frames import encode_frame

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 120_000_000
MORE_BYTES = 1536 * 1024 * 1024
CPU_S = 60
ORIENTATION = 0x0112  # the one tag that is kept: without it a photograph lies on its side
TELLING = ("exif", "xmp", "comment", "photoshop", "XML:com.adobe.xmp", "Raw profile type exif")


def main() -> None:
    """Do what the arguments say."""
    Pillow.init()
    Pillow.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Pillow.DecompressionBombWarning)
    _warm_up()
    what, *size = sys.argv[1:]
    confine(more_bytes=MORE_BYTES, cpu_s=CPU_S)
    try:
        with Pillow.open(sys.stdin.buffer, formats=FORMATS) as image:
            if what == "strip":
                _strip(image)
            else:
                _preview(image, int(size[0]), int(size[1]))
    except MemoryError:
        _tell(Refused("It takes more memory than an image may."))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        _tell(Refused(f"It has more than {MAX_PIXELS // 1_000_000} million pixels."))
    except Exception as error:  # noqa: BLE001 - decoders raise whatever they like
        _tell(Refused(f"It cannot be read: {type(error).__name__}."))


def _warm_up() -> None:
    """Use each decoder and encoder once: what they load late could not be opened any more."""
    for name in FORMATS:
        buffer = io.BytesIO()
        Pillow.new("RGB", (8, 8)).save(buffer, name)
        Pillow.open(buffer, formats=FORMATS).load()


def _strip(image: Pillow.Image) -> None:
    """The same image with nothing beside its pixels, its colours' profile, and which way is up."""
    exif = image.getexif()
    told = [key for key in TELLING if key != "exif" and key in image.info]
    if exif.keys() <= {ORIENTATION} and not told and not getattr(image, "text", None):
        _tell(Unchanged())
        return
    kept = Pillow.Exif()
    if ORIENTATION in exif:
        kept[ORIENTATION] = exif[ORIENTATION]
    options: dict[str, object] = {"exif": kept.tobytes()} if kept else {}
    if profile := image.info.get("icc_profile"):
        options["icc_profile"] = profile
    if image.format == "JPEG":
        options["quality"] = "keep"
    elif image.format == "WEBP":
        options |= {"quality": 95, "method": 4}
    image.load()
    for key in (*TELLING, *getattr(image, "text", {})):
        image.info.pop(key, None)
    buffer = io.BytesIO()
    image.save(buffer, image.format, **options)
    _tell(Image(buffer.getbuffer().nbytes, image.width, image.height), buffer.getvalue())


def _preview(image: Pillow.Image, width: int, height: int) -> None:
    """Its bare pixels, so that nobody else need decode it: upright, at most so many each way, holes white."""
    image.draft("RGB", (width, height))
    small = ImageOps.exif_transpose(image)
    small.thumbnail((width, height))
    small = small.convert("RGBA")
    flat = Pillow.new("RGBA", small.size, "white")
    flat.alpha_composite(small)
    pixels = flat.convert("RGB").tobytes()
    _tell(Image(len(pixels), small.width, small.height), pixels)


def _tell(message: msgspec.Struct, data: bytes = b"") -> None:
    left = memoryview(encode_frame(encode(message)) + data)
    while left:
        left = left[os.write(1, left) :]


if __name__ == "__main__":
    main()
