"""The keys of the prompt, as the table of keys lists them, bound to what they do.

The line is edited as in a shell (emacs keys, or vi's if set so); here are those that a chat has besides.
"""

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, Filter, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from chat.ui.steady import handing_over


class Actions(Protocol):
    """What the keys do."""

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer: one key."""

    @property
    def recording(self) -> bool:
        """Whether the microphone is on: Enter sends the recording, Ctrl-C discards it."""

    @property
    def line_is_empty(self) -> bool:
        """Whether nothing is typed."""

    def answer(self, key: str) -> None:
        """The answer."""

    def end_recording(self, *, keep: bool) -> None:
        """It is enough, or it is not wanted."""

    def enter(self) -> None:
        """The line is finished."""

    def paste(self, text: str) -> None:
        """Text from the clipboard."""

    def turn_to(self, number: int) -> None:
        """To the conversation with that number."""

    def turn_to_unread(self) -> None:
        """To the next one with something unread."""

    def page(self) -> None:
        """Read the history."""

    def leave(self) -> None:
        """End."""


def bindings(actions: Actions) -> KeyBindings:
    """The keys, bound to what they do."""
    keys = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)
    asking = Condition(lambda: actions.asking)

    def bind(*key: Keys | str, do: Callable[[KeyPressEvent], object]) -> None:
        def handle(event: KeyPressEvent) -> None:
            do(event)

        keys.add(*key, filter=typing & ~asking)(handle)

    bind("enter", do=lambda _: actions.enter())
    bind("escape", "enter", do=lambda event: event.current_buffer.insert_text("\n"))
    bind("escape", "a", do=lambda _: actions.turn_to_unread())
    bind("pageup", do=lambda _: actions.page())
    bind("c-x", "c-e", do=_edit)
    bind("c-c", do=lambda event: event.current_buffer.reset())
    bind(Keys.BracketedPaste, do=lambda event: actions.paste(event.data))
    for digit in "123456789":
        bind("escape", digit, do=lambda event: actions.turn_to(int(event.data)))
    _bind_leaving(keys, actions, typing & ~asking)
    _bind_answers(keys, actions, asking)
    _bind_recording(keys, actions, Condition(lambda: actions.recording) & ~asking)
    return keys


def _edit(event: KeyPressEvent) -> None:
    with handing_over():
        event.current_buffer.open_in_editor()


def _bind_leaving(keys: KeyBindings, actions: Actions, typing: Filter) -> None:
    @keys.add("c-d", filter=typing & Condition(lambda: actions.line_is_empty))
    def leave(_: KeyPressEvent) -> None:
        actions.leave()

    @keys.add("<sigint>")
    def interrupt(event: KeyPressEvent) -> None:
        event.current_buffer.reset()


def _bind_answers(keys: KeyBindings, actions: Actions, asking: Filter) -> None:
    def answer(event: KeyPressEvent) -> None:
        actions.answer(event.data)

    def ignore(_: KeyPressEvent) -> None:
        pass  # a paste is no answer

    for key in (Keys.Any, "enter", "escape", "c-c", "c-d", "c-j", "tab", "pageup", "up", "down"):
        keys.add(key, filter=asking, eager=True)(answer)
    keys.add(Keys.BracketedPaste, filter=asking, eager=True)(ignore)


def _bind_recording(keys: KeyBindings, actions: Actions, recording: Filter) -> None:
    @keys.add("enter", filter=recording, eager=True)
    def send(_: KeyPressEvent) -> None:
        actions.end_recording(keep=True)

    @keys.add("c-c", filter=recording, eager=True)
    @keys.add("<sigint>", filter=recording, eager=True)
    def discard(_: KeyPressEvent) -> None:
        actions.end_recording(keep=False)
