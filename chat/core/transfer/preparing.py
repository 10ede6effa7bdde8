"""A file before it is sent: what kind it is, and what it is not to tell."""

import hashlib
import mimetypes
from pathlib import Path

from chat.core.file_journal import Attached
from chat.core.images.reading import NotAnImage, without_metadata
from chat.core.transfer.source import inspect
from chat.errors import UserError
from chat.net.files import private_folder, write_private

FILE = "file"
IMAGE = "image"


def prepare(path: Path, outgoing: Path, *, keep_metadata: bool) -> tuple[str, Attached]:
    """The kind of message and what is attached to it. UserError if the file cannot be sent.

    Of an image that tells of place, time and camera a copy without that is made in the folder `outgoing`,
    and sent in its place.
    """
    path = path.expanduser()
    attached = inspect(path)
    kind = IMAGE if attached.attachment.type.startswith("image/") else FILE
    if kind == FILE or keep_metadata:
        return kind, attached
    try:
        stripped = without_metadata(path, mimetypes.guess_type(path.name)[0] or "")
    except NotAnImage as error:
        raise UserError(f"{error} To send it as it is: /send -keep NAME PATH.") from None
    if stripped is None:
        return kind, attached
    copy = private_folder(outgoing) / f"{hashlib.sha256(stripped).hexdigest()[:16]}{path.suffix[:16]}"
    write_private(copy, stripped)
    return kind, inspect(copy, name=path.name)
