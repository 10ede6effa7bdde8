"""Which key does what."""

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from chat.ui.keys import bindings
from chat.ui.table import KEYS
from tests.screen import ENTER, PAGE_UP, PASTE_BEGINS, PASTE_ENDS, alt, ctrl

END = ctrl("G")


class Recorder:
    """Actions that are only noted. A question waits as long as `asking`."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.asking = False
        self.recording = False
        self.text = ""
        self.session: PromptSession[str]

    @property
    def line_is_empty(self) -> bool:
        return not self.session.default_buffer.text

    def answer(self, key: str) -> None:
        self.done.append(f"answer {key!r}")
        self.asking = False

    def end_recording(self, *, keep: bool) -> None:
        self.done.append("send it" if keep else "discard it")
        self.recording = False

    def enter(self) -> None:
        self.done.append("enter")

    def paste(self, text: str) -> None:
        self.done.append(f"paste {text}")

    def turn_to(self, number: int) -> None:
        self.done.append(f"turn to {number}")

    def turn_to_unread(self) -> None:
        self.done.append("turn to unread")

    def page(self) -> None:
        self.done.append("page")

    def leave(self) -> None:
        self.done.append("leave")


def press(keys: str, *, asking: bool = False, recording: bool = False) -> Recorder:
    """What is done for these keys; `text` is the line after them."""
    actions = Recorder()
    actions.asking, actions.recording = asking, recording
    table = bindings(actions)
    table.add("c-g", eager=True)(lambda event: event.app.exit(result=event.app.current_buffer.text))
    with create_pipe_input() as keyboard:
        actions.session = PromptSession(multiline=True, key_bindings=table, input=keyboard, output=DummyOutput())
        keyboard.send_text(keys + END)
        actions.text = actions.session.prompt()
    return actions


@pytest.mark.parametrize(
    ("keys", "done"),
    [
        (ENTER, "enter"),
        (ctrl("J"), "enter"),  # what a terminal makes of Enter that was pressed before the start
        (alt("1"), "turn to 1"),
        (alt("9"), "turn to 9"),
        (alt("a"), "turn to unread"),
        (PAGE_UP, "page"),
        (ctrl("D"), "leave"),
        (f"{PASTE_BEGINS}two\rlines{PASTE_ENDS}", "paste two\rlines"),
    ],
)
def test_what_keys_do(keys: str, done: str) -> None:
    assert press(keys).done == [done]


def test_lines_within_a_message() -> None:
    assert press(f"one{alt(ENTER)}two").text == "one\ntwo"


def test_control_c_drops_the_line_and_control_d_does_not_leave_with_one() -> None:
    pressed = press("lost" + ctrl("C") + "kept" + ctrl("D"))
    assert (pressed.text, pressed.done) == ("kept", [])


@pytest.mark.parametrize("key", ["y", ENTER, ctrl("C"), ctrl("D"), "\t", PAGE_UP])
def test_a_question_takes_one_key_whatever_that_does_else(key: str) -> None:
    assert press(key + "typed", asking=True).done == [f"answer {key!r}"]


@pytest.mark.parametrize(("key", "done"), [(ENTER, "send it"), (ctrl("J"), "send it"), (ctrl("C"), "discard it")])
def test_a_recording_takes_enter_and_control_c_once_and_leaves_the_line(key: str, done: str) -> None:
    pressed = press(f"half{key} a line{ENTER}", recording=True)
    assert (pressed.done, pressed.text) == ([done, "enter"], "half a line")


def test_a_question_comes_before_a_recording() -> None:
    pressed = press(ENTER, asking=True, recording=True)
    assert (pressed.done, pressed.recording) == ([f"answer {ENTER!r}"], True)


def test_a_paste_answers_no_question() -> None:
    pressed = press(f"{PASTE_BEGINS}yes{PASTE_ENDS}", asking=True)
    assert (pressed.done, pressed.asking) == ([], True)


def test_each_key_is_explained_once() -> None:
    names = [name for name, _ in KEYS]
    assert len(set(names)) == len(names)
    assert all(what and what[0].islower() and not what.endswith(".") for _, what in KEYS)
