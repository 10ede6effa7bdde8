"""What a person may be called, and how names are folded: one rule for folders, databases and certificates."""

import re

from chat.errors import UserError

MAX_NAME_CHARS = 40
NAME_RULE = "1 to 40 letters, digits, '_', '.' or '-' (a to z without accents), the first a letter or a digit"

NAME_PATTERN = r"^[a-z0-9][a-z0-9_.-]{0,39}\Z"  # of a folded name; \Z, for $ would let a newline follow

_NAME = re.compile(NAME_PATTERN)


def fold_name(name: str) -> str:
    """The form of `name` that is compared and stored: lower case. UserError if it breaks the rule."""
    folded = name.lower() if name.isascii() else ""
    if not _NAME.match(folded):
        raise UserError(f"{name[:60]!r} is not a name. A name is {NAME_RULE}.")
    return folded
