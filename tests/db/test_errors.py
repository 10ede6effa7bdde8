"""The tree of errors is as its docstring draws it."""

import re

from db import errors


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^[├└]── (\w+)", errors.__doc__ or "", re.MULTILINE)
    assert drawn == [kind.__name__ for kind in errors.StorageError.__subclasses__()]
