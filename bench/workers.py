"""Processes of the bench: each holds one thing, whose methods are called from outside, one at a time."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Self

_held: list[Any] = []


class Worker:
    """A process that made one thing."""

    def __init__(self, make: Callable[..., Any], *arguments: object) -> None:
        self._executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        self._executor.submit(_make, make, arguments).result()

    def begin(self, method: str, *arguments: object) -> Future[Any]:
        """Have a method run."""
        return self._executor.submit(_call, method, arguments)

    def call(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the method gives
        """What a method gives."""
        return self.begin(method, *arguments).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, without a word to what it holds."""
        self._executor.shutdown()


def _make(make: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    _held.append(make(*arguments))


def _call(method: str, arguments: tuple[object, ...]) -> Any:  # noqa: ANN401
    return getattr(_held[0], method)(*arguments)
