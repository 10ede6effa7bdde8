"""Bell and desktop notice for a message that the person may miss, by what the terminal itself understands.

Three escapes are in use: OSC 9 (iTerm2, WezTerm, Ghostty, Windows Terminal), OSC 777 (foot, rxvt) and OSC 99
(kitty, which shows it only while its window is not in front). A terminal that knows none may print
rubbish, and tmux and screen pass none on: so only those that are known are asked. Pure.
"""

from base64 import b64encode
from collections.abc import Mapping

from chat.inert import inert
from chat.ui.settings import Settings

IDLE_S = 60.0  # after so long without a key the person is thought to be away
EVERY_S = 1.0
MAX_TEXT_CHARS = 200

BELL = "\a"
_ENDS = "\x1b\\"
_BY_PROGRAM = {"iTerm.app": "osc9", "WezTerm": "osc9", "ghostty": "osc9"}


def kind_of(setting: str, environment: Mapping[str, str]) -> str:
    """osc9, osc99, osc777, or nothing, for the terminal that the environment tells of."""
    if setting != "auto":
        return "" if setting == "never" else setting
    term = environment.get("TERM", "")
    if environment.get("TMUX") or environment.get("STY") or term.startswith(("tmux", "screen")):
        return ""
    if term == "xterm-kitty" or environment.get("KITTY_WINDOW_ID"):
        return "osc99"
    if term.startswith("foot"):
        return "osc777"
    return "osc9" if environment.get("WT_SESSION") else _BY_PROGRAM.get(environment.get("TERM_PROGRAM", ""), "")


def desktop_notice(kind: str, title: str, text: str) -> str:
    """The escape for one notice, of whatever a peer wrote."""
    title = inert(title)
    text = inert(text)[:MAX_TEXT_CHARS]
    match kind:
        case "osc9":
            return f"\x1b]9;{title}{': ' if text else ''}{text}{_ENDS}"
        case "osc777":
            return f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}{_ENDS}"
        case "osc99":
            whole = f"\x1b]99;i=p2pchat:e=1:o=unfocused:d={0 if text else 1};{_base64(title)}{_ENDS}"
            return whole + (f"\x1b]99;i=p2pchat:e=1:p=body;{_base64(text)}{_ENDS}" if text else "")
        case _:
            return ""


class Notices:
    """Decides whether to ring; at most once a second, whatever comes in."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._kind = kind_of(settings.notify, environment)
        self._not_before = 0.0
        self._last_key = 0.0

    def touched(self, now: float) -> None:
        """The person pressed a key."""
        self._last_key = now

    def ring(self, sender: str, text: str, *, in_sight: bool, muted: bool, now: float) -> str:
        """What to write for a message: nothing if it is `in_sight` of somebody who is there, or `muted`."""
        there = now < self._last_key + IDLE_S
        if muted or (in_sight and there) or now < self._not_before:
            return ""
        self._not_before = now + EVERY_S
        shown = text if self._settings.notify_text else ""
        notice = desktop_notice(self._kind, f"Message from {sender}", shown)
        return notice + (BELL if self._settings.bell else "")


def _base64(text: str) -> str:
    return b64encode(text.encode("utf-8", "replace")).decode()
