"""What people and rooms may be called, and how names are folded: one rule for folders, databases and certificates."""

import re

from chat.errors import UserError

MAX_NAME_CHARS = 40
MAX_ROOM_CHARS = MAX_NAME_CHARS + 1
ROOM_SIGN = "#"
NAME_RULE = "1 to 40 letters, digits, '_', '.' or '-' (a to z without accents), the first a letter or a digit"

NAME_PATTERN = r"^[a-z0-9][a-z0-9_.-]{0,39}\Z"  # of a folded name; \Z, for $ would let a newline follow
ROOM_PATTERN = r"^#[a-z0-9][a-z0-9_.-]{0,39}\Z"

_NAME = re.compile(NAME_PATTERN)


def fold_name(name: str) -> str:
    """The form of `name` that is compared and stored: lower case. UserError if it breaks the rule."""
    folded = name.lower() if name.isascii() else ""
    if not _NAME.match(folded):
        raise UserError(f"{name[:60]!r} is not a name. A name is {NAME_RULE}.")
    return folded


def is_room(name: str) -> bool:
    """Whether that is the name of a room, and no person's."""
    return name.startswith(ROOM_SIGN)


def fold_room(name: str) -> str:
    """The form of a room's name that is compared and stored, with its sign, which may be left out of `name`."""
    folded = name.lower().removeprefix(ROOM_SIGN) if name.isascii() else ""
    if not _NAME.match(folded):
        raise UserError(f"{name[:60]!r} is not the name of a room. It is # and {NAME_RULE}.")
    return ROOM_SIGN + folded
