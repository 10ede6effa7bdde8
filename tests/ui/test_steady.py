"""The terminal stays ours during a print, and is another program's when it is handed over."""

import os
import termios
from collections.abc import Iterator

import pytest

from chat.ui.steady import SteadyInput, handing_over


@pytest.fixture
def keyboard() -> Iterator[SteadyInput]:
    master, slave = os.openpty()
    with os.fdopen(slave, encoding="utf-8") as stdin:
        yield SteadyInput(stdin)
    os.close(master)


def echoes(keyboard: SteadyInput) -> bool:
    return bool(termios.tcgetattr(keyboard.fileno())[3] & termios.ECHO)


def test_nothing_is_echoed_during_a_print(keyboard: SteadyInput) -> None:
    assert echoes(keyboard)
    with keyboard.raw_mode(), keyboard.cooked_mode():
        assert not echoes(keyboard)


def test_a_program_finds_it_as_usual(keyboard: SteadyInput) -> None:
    with keyboard.raw_mode():
        with handing_over(), keyboard.cooked_mode():
            assert echoes(keyboard)
        with keyboard.cooked_mode():
            assert not echoes(keyboard)
