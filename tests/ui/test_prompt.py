"""The prompt in a real terminal: what is on the screen while one types and others write."""

import re
from pathlib import Path

import pytest
from PIL import Image

from chat.core import events
from chat.core.transfer.source import inspect
from tests.people import Person, Town
from tests.screen import DOWN, ENTER, PAGE_DOWN, PAGE_UP, TAB, UP, Terminal, alt, ctrl
from tests.ui.conftest import Open


@pytest.fixture
def bob(village: Town) -> Person:
    return village.person("bob").start()


def at_prompt(terminal: Terminal) -> Terminal:
    terminal.wait_for("You are alice", "alice>", "registry ok")
    return terminal


def turn_to(terminal: Terminal, name: str) -> None:
    terminal.enter(f"/query {name}")
    terminal.wait_for(f"── {name} ·", f"\n{name}>", f"→ {name}")


def line_being_typed(terminal: Terminal) -> str:
    """What stands between the scroll and the status bar, without the prompt."""
    lines = [line for line in terminal.lines if line]
    return lines[-2].partition(">")[2][1:]


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (132, 43)])
def test_the_line_being_typed_survives_what_arrives(open_terminal: Open, bob: Person, columns: int, lines: int) -> None:
    alice = at_prompt(open_terminal("alice", columns=columns, lines=lines))
    turn_to(alice, "bob")
    alice.type("half a tho")
    alice.wait(lambda: line_being_typed(alice) == "half a tho", "the half line")
    for number in range(15):
        bob.node.send(["alice"], f"message {number}")
        alice.wait_line(f"bob: message {number}")
        assert line_being_typed(alice) == "half a tho" or not line_being_typed(alice)  # it is drawn anew
    alice.type("ught")
    alice.wait(lambda: line_being_typed(alice) == "half a thought", "the whole line")
    assert alice.lines[-1].startswith(" alice · → bob")
    alice.type(ENTER)
    assert bob.inbox.texts(1) == ["half a thought"]
    alice.wait_line("alice → bob: half a thought", "✓")
    assert [line for line in alice.scrolled if "message" in line] == [
        line for number in range(15) for line in alice.scrolled if line.endswith(f" bob: message {number}")
    ]


def test_typing_during_a_flood_loses_nothing_and_leaves_no_traces(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    text = "the quick brown fox jumps over the lazy dog"
    sending = [
        bob.node.submit(["alice"], f"flood {number}") for number in range(2 * len(text))
    ]  # a stranger may leave 100
    for key in text:
        alice.type(key)
        alice.pump(0.01)
    alice.type(ENTER)
    assert [each.result() for each in sending]
    assert bob.inbox.texts(1) == [text]
    alice.wait_line(f"alice → bob: {text}", "✓")
    alice.wait(lambda: f"flood {len(sending) - 1}" in "\n".join(alice.scrolled), "the last of the flood")
    alice.wait(lambda: line_being_typed(alice) == "", "an empty line")
    shown = [line for line in alice.scrolled if " bob: flood " in line]
    assert [line.partition("flood ")[2] for line in shown] == [str(number) for number in range(len(sending))]
    others = [line for line in alice.scrolled if line and line not in shown]
    assert not [line for line in others if "fox" in line and "alice → bob" not in line]


def test_words_stay_whole(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice", columns=40))
    bob.node.send(["alice"], "one two three four five six seven eight nine ten")
    alice.wait_line("      seven eight nine ten")
    assert alice.wait_line("bob: ").endswith("bob: one two three four five six")


@pytest.mark.parametrize(("columns", "lines"), [(60, 16), (120, 40)])
def test_a_resized_terminal_is_drawn_anew(open_terminal: Open, bob: Person, columns: int, lines: int) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.type("half a tho")
    alice.wait_for("bob> half a tho")
    alice.resize(columns, lines)
    bob.node.send(["alice"], "are you still there?")
    alice.wait(
        lambda: (
            "bob: are you still there?" in alice.text
            and line_being_typed(alice) == "half a tho"
            and alice.lines[-1].startswith(" alice · → bob")
        ),
        "message, line and bar in the new size",
    )
    assert alice.text.count("half a tho") == 1
    assert alice.text.count("alice · → bob") == 1


def test_an_own_message_is_one_line_with_its_mark(open_terminal: Open, village: Town, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.enter("are you there?")
    alice.wait_line("alice → bob: are you there?", "✓")
    bob.node.hide()
    alice.wait_for("0 on")
    alice.enter("and now?")
    alice.wait_line("alice → bob: and now?", "[pending]")
    alice.enter("say something!")
    alice.wait_line("say something!", "[pending]")
    bob.node.show()
    assert bob.inbox.texts(3)[1:] == ["and now?", "say something!"]
    alice.wait_line("✓ sent to bob: 2 messages, the first: and now?")
    carol = village.person("carol")
    alice.enter("/msg bob,carol both of you")
    alice.wait_line("alice → bob, carol: both of you", "[sent 1/2]")
    carol.start()
    alice.wait_line("✓ sent to carol: both of you")
    assert sum("are you there?" in line for line in alice.scrolled) == 1
    assert sum("both of you" in line for line in alice.scrolled) == 2


def test_a_message_may_have_many_lines(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.type("one" + alt(ENTER) + "two" + alt(ENTER) + "three")
    alice.wait_for("three")
    alice.type(ENTER)
    assert bob.inbox.texts(1) == ["one\ntwo\nthree"]


def test_a_long_paste_is_asked_about(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.paste("first\nsecond\n")
    alice.wait_for("bob> first", "second")
    alice.type(ENTER)
    assert bob.inbox.texts(1) == ["first\nsecond"]
    long = "\n".join(f"line {number}" for number in range(12))
    alice.type("before ")
    alice.paste(long)
    alice.wait_for("Paste 12 lines, 85 characters, as one message?")
    assert "line 3" not in alice.text
    alice.type("n")
    alice.wait_gone("Paste 12 lines")
    alice.wait(lambda: line_being_typed(alice) == "before", "the line as it was")
    alice.paste(long)
    alice.wait_for("Paste 12 lines")
    alice.type("y")
    alice.wait_for("before line 0", "line 11")
    alice.type(ENTER)
    assert bob.inbox.texts(2)[1] == f"before {long}"


def test_a_paste_takes_no_question_back(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    alice.paste("\n" * 20)
    alice.wait_for("Paste 20 lines")
    alice.paste("y")
    alice.type("x" + ctrl("C") + "done")
    alice.wait(lambda: line_being_typed(alice) == "done", "a line without what was pasted")


def test_earlier_lines_come_back_without_a_file(open_terminal: Open, bob: Person, tmp_path: Path) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    for text in ("apples and pears", "oranges"):
        alice.enter(text)
        alice.wait_line(f"alice → bob: {text}", "✓")
    alice.enter("/quit")
    assert alice.wait_end() == 0
    for file in (tmp_path / "clients" / "alice").rglob("*"):
        assert file.is_dir() or not {b"apples", b"/query"} & set(re.findall(rb"apples|/query", file.read_bytes()))
    alice = at_prompt(open_terminal("alice"))
    alice.type(UP)
    alice.wait(lambda: line_being_typed(alice) == "oranges", "the newest line")
    alice.type(UP)
    alice.wait(lambda: line_being_typed(alice) == "apples and pears", "the one before")
    alice.type(DOWN + DOWN)
    alice.wait(lambda: line_being_typed(alice) == "", "an empty line")
    alice.type(ctrl("R") + "PEAR")
    alice.wait_for("apples and pears")
    alice.type(ENTER)
    alice.wait(lambda: line_being_typed(alice) == "apples and pears", "what was found")


def test_tab_completes_and_says_what_things_are(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.type("/hi" + TAB)
    alice.wait_for("hide", "Be found by nobody", "history", "Show the newest messages")
    alice.type(ctrl("C") + "/msg b" + TAB)
    alice.wait(lambda: line_being_typed(alice) == "/msg bob", "the name")
    alice.type(ctrl("C") + "/history bob " + TAB)
    alice.wait_for("so many lines", "before:", "after:")
    alice.type(TAB + ENTER)
    alice.wait(lambda: line_being_typed(alice).startswith("/history bob -n"), "the option chosen, and nothing run")


def test_unread_is_counted_and_turned_to(open_terminal: Open, village: Town, bob: Person) -> None:
    carol = village.person("carol").start()
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "carol")
    bob.node.send(["alice"], "first")
    bob.node.send(["alice"], "second")
    alice.wait_for("bob: second", "2:bob 2")
    bob.node.send(["alice", "carol"], "to both")
    alice.wait_for("bob → you, carol: to both", "3:bob,carol 1")
    alice.type(alt("a"))
    alice.wait_for("── bob · online ──", "── 2 unread ──", "→ bob ·")
    below = alice.text.partition("── 2 unread ──")[2]
    assert re.search(r"bob: first\n.*bob: second\nbob>", below)
    alice.wait_for("3:bob,carol 1")
    alice.type(alt("a"))
    alice.wait_for("── bob,carol · 2 of 2 online ──", "\nbob,carol>")
    alice.enter("both of you")
    assert carol.inbox.wait_for(events.Incoming, lambda one: one.text == "both of you")[0].to == ("bob", "carol")
    alice.wait_line("both of you", "✓")
    alice.type(alt("1"))
    alice.wait_for("── carol · online ──\ncarol>")
    bob.node.send(["alice"], "third")
    alice.wait_for("2:bob 1")
    alice.enter("/quit")
    alice.wait_end()
    alice = at_prompt(open_terminal("alice"))
    alice.wait_for("1 unread: bob 1. Alt-A turns to the next.", "1:bob 1")
    alice.type(alt("1"))
    alice.wait_for("── 1 unread ──")


def test_page_up_reads_the_history(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    for number in range(60):
        bob.node.send(["alice"], f"message {number}")
    alice.wait_for("message 59")
    alice.type("half a tho")
    alice.wait_for("bob> half a tho")
    alice.type(PAGE_UP)
    alice.wait_for("the newest")
    alice.type(PAGE_UP * 3)
    alice.wait_for("the oldest", "message 0")
    assert "message 59" not in alice.text
    bob.node.send(["alice"], "meanwhile")
    alice.type(PAGE_DOWN)
    alice.wait_for("message 30", "rows before the newest")
    alice.type("q")
    alice.wait(lambda: line_being_typed(alice) == "half a tho", "the prompt again")
    alice.wait_for("bob: message 59", "bob: meanwhile")


def test_the_editor_writes_long_texts(open_terminal: Open, bob: Person, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(
        f'#!/bin/sh\nstat -c %a "$1" > {tmp_path}/mode\ncat "$1" > {tmp_path}/was\nprintf "one\\ntwo\\n" >> "$1"\n'
    )
    editor.chmod(0o700)
    alice = at_prompt(open_terminal("alice", EDITOR=str(editor)))
    turn_to(alice, "bob")
    alice.type("begun: " + ctrl("X") + ctrl("E"))
    alice.wait_for("begun: one", "two")
    assert ((tmp_path / "mode").read_text(), (tmp_path / "was").read_text()) == ("600\n", "begun: ")
    alice.type(ENTER)
    assert bob.inbox.texts(1) == ["begun: one\ntwo"]


def test_a_command_after_a_blank_is_asked_about(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.enter(" /quit")
    alice.wait_for("begins with a blank")
    alice.type("x")
    alice.wait_gone("begins with a blank")
    alice.wait(lambda: line_being_typed(alice) == " /quit", "the line as it was")
    alice.type(ENTER)
    alice.wait_for("begins with a blank")
    alice.type("s")
    assert bob.inbox.texts(1) == [" /quit"]
    alice.enter(" /quit")
    alice.wait_for("begins with a blank")
    alice.type("y")
    assert alice.wait_end() == 0


def test_a_question_is_read_to_its_end_on_a_narrow_terminal(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice", columns=60))
    turn_to(alice, "bob")
    alice.enter(" /transcript 7")
    alice.wait_for("y: run /transcript", "back to it")


def test_a_text_that_is_too_long_leaves_its_error_in_sight(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.type(f"\x1b[200~begun {'x' * 70_000}\x1b[201~")
    alice.wait_for("x" * 70)
    alice.type(ENTER)
    alice.wait_for("error:", "not sent: begun", "xxx…")
    alice.type(UP)
    alice.wait_gone("error:")  # the whole of it is back, and fills the screen
    assert not bob.inbox.of(events.Incoming)


def test_hostile_text_is_shown_inert(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice", columns=140))
    nasty = (
        "\x1b[2J\x1b[31m\x1b]52;c;aGk=\x07\x9b5A\u202egnp\u2066 e" + "\u0301" * 500 + "\u200b\x00\r\x1b]0;owned\x07 end"
    )
    bob.node.send(["alice"], nasty)
    alice.wait_for("<U+001B>[2J", "<U+202E>gnp", "end")
    bob.node.send(["alice"], "𒐫﷽" * 50 + "x" * 20_000)
    alice.wait_for("more characters: PgUp shows all", "alice>")
    assert b"\x1b]52" not in alice.raw
    assert b"\x9b5A" not in alice.raw.replace("\u009b".encode(), b"")
    assert alice.screen.title == ""
    assert alice.ink("end") == "default"


def test_the_bell_rings_for_what_may_be_missed(open_terminal: Open, village: Town, bob: Person) -> None:
    carol = village.person("carol").start()
    alice = at_prompt(open_terminal("alice", P2PCHAT_NOTIFY="osc9"))
    turn_to(alice, "bob")
    bob.node.send(["alice"], "in sight")
    alice.wait_for("bob: in sight")
    assert b"\a" not in alice.raw
    carol.node.send(["alice"], "a secret")
    alice.wait_for("carol: a secret")
    assert alice.raw.count(b"\x1b]9;Message from carol\x1b\\\a") == 1
    alice.enter("/mute carol")
    alice.wait_for("muted")
    carol.node.send(["alice"], "and another")
    alice.wait_for("carol: and another")
    assert alice.raw.count(b"\a") == 1


def test_control_d_leaves_after_what_was_typed(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice"))
    alice.type("not to be sent" + ctrl("D") + ctrl("C"))
    alice.type("/msg bob goodbye" + ENTER + ctrl("D"))
    assert alice.wait_end() == 0
    assert bob.inbox.texts(1) == ["goodbye"]


def test_vi_keys(open_terminal: Open, bob: Person) -> None:
    alice = at_prompt(open_terminal("alice", P2PCHAT_KEYS="vi"))
    alice.type("/msg bob one two\x1b")
    alice.wait_for("/msg bob one two")
    alice.type("bx")
    alice.wait_for("/msg bob one wo")
    alice.type(ENTER)
    assert bob.inbox.texts(1) == ["one wo"]


def blocks(terminal: Terminal) -> list[tuple[str, str]]:
    """The colours of the half-blocks on the screen."""
    cells = (cell for line in range(terminal.screen.lines) for cell in terminal.screen.buffer[line].values())
    return [(cell.fg, cell.bg) for cell in cells if cell.data == "▀"]


def test_an_image_is_drawn_above_the_line_being_typed(
    open_terminal: Open, village: Town, bob: Person, tmp_path: Path
) -> None:
    alice = at_prompt(open_terminal("alice", COLORTERM="truecolor"))
    alice.enter("/add bob")
    alice.type("half a tho")
    Image.new("RGB", (400, 200), (200, 30, 40)).save(tmp_path / "red.png")
    attached = inspect(tmp_path / "red.png")
    bob.node.send(["alice"], "red.png", kind="image", file=attached)
    alice.wait(lambda: len(blocks(alice)) > 100, "the image")
    assert set(blocks(alice)) == {("c81e28", "c81e28")}
    alice.wait(lambda: line_being_typed(alice) == "half a tho", "the half line")
    assert "image/png) is complete: " in "".join(alice.scrolled)
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic")
    bob.node.send(["alice"], "photo.heic", kind="image", file=inspect(tmp_path / "photo.heic"))
    alice.wait_for("no preview: It cannot be read", "image/heic) is complete")


def test_a_terminal_of_its_own_kind_gets_the_image_in_its_own_way(
    open_terminal: Open, bob: Person, tmp_path: Path
) -> None:
    alice = at_prompt(open_terminal("alice", TERM_PROGRAM="iTerm.app"))
    alice.enter("/add bob")
    Image.new("RGB", (40, 20), (200, 30, 40)).save(tmp_path / "red.png")
    bob.node.send(["alice"], "red.png", kind="image", file=inspect(tmp_path / "red.png"))
    alice.wait(lambda: b"\x1b]1337;File=inline=1;" in alice.raw, "the image")
    alice.type("half a tho")
    alice.wait(lambda: line_being_typed(alice) == "half a tho", "the half line")
    assert not blocks(alice)


def test_without_the_wish_an_image_is_a_line(open_terminal: Open, bob: Person, tmp_path: Path) -> None:
    alice = at_prompt(open_terminal("alice", P2PCHAT_PREVIEWS="false"))
    alice.enter("/add bob")
    Image.new("RGB", (400, 200)).save(tmp_path / "red.png")
    bob.node.send(["alice"], "red.png", kind="image", file=inspect(tmp_path / "red.png"))
    alice.wait_for("is complete")
    alice.enter("/who")
    alice.wait_for("> /who")
    assert not blocks(alice)


def test_what_is_typed_before_there_is_a_prompt_is_typed(open_terminal: Open, bob: Person) -> None:
    alice = open_terminal("alice")
    alice.enter("/who bo")
    alice.type("half a tho")
    at_prompt(alice)
    alice.wait_for("> /who bo", "\nbob")
    alice.wait(lambda: line_being_typed(alice) == "half a tho", "the half line")
    assert "Gi=31" not in "".join(alice.scrolled)


def test_a_history_is_exported_beside_the_talk(open_terminal: Open, bob: Person, tmp_path: Path) -> None:
    alice = at_prompt(open_terminal("alice"))
    turn_to(alice, "bob")
    alice.enter("are you there?")
    alice.wait_line("alice → bob: are you there?", "✓")
    alice.enter("/nicknames bob Bobby, Rob Smith")
    alice.wait_for("nicknames of bob: Bobby,Rob Smith")
    alice.enter(f"/export {tmp_path}/mine.jsonl")
    alice.wait_for("everything as it is", "1 of all")
    assert "are you there?" in (tmp_path / "mine.jsonl").read_text()
    alice.enter("/consent no")
    alice.wait_for("may be exported by others: no")
    alice.enter("and now?")
    assert bob.inbox.texts(2) == ["are you there?", "and now?"]
