"""The keyboard while something is printed above the line being typed.

prompt_toolkit hands the terminal back to the kernel for each print. What is typed just then the kernel echoes
into the scroll, it makes Enter a Ctrl-J, and Ctrl-C a signal. Here the terminal is handed over to programs
alone, such as the editor.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from prompt_toolkit.input.vt100 import Vt100Input

_handed_over: ContextVar[bool] = ContextVar("handed_over", default=False)


class SteadyInput(Vt100Input):
    """Keys come one by one and unseen, also during a print."""

    def cooked_mode(self) -> AbstractContextManager[None]:
        """As it was before us, for those to whom the terminal is handed over."""
        return super().cooked_mode() if _handed_over.get() else nullcontext()


@contextmanager
def handing_over() -> Iterator[None]:
    """A task that is created in here may give the terminal to another program."""
    token = _handed_over.set(True)
    try:
        yield
    finally:
        _handed_over.reset(token)
