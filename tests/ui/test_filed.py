"""Files as text."""

import pytest

from chat.ui.filed import filed, size


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (42_188, "41.2 KiB"),
        (300_000_000, "286.1 MiB"),
        (4 * 2**30, "4.0 GiB"),
        (2**63 - 1, "8589934592.0 GiB"),
    ],
)
def test_sizes_as_people_say_them(count: int, shown: str) -> None:
    assert size(count) == shown


def test_a_path_is_inert_and_may_be_missing() -> None:
    assert filed(7, 1024, "/downloads/a\x1b[2J.jpg") == "number 7, 1.0 KiB: /downloads/a<U+001B>[2J.jpg"
    assert filed(7, 1024, "") == "number 7, 1.0 KiB"
