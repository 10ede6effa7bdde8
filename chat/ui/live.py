"""What a terminal shows while somebody types: a scroll of messages, and what the status bar says.

Each event becomes lines of the scroll or changes what the bar says; nothing that was shown is changed.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from chat.core import events
from chat.core.history import Query, read_history
from chat.core.node import Node
from chat.core.unread import Conversation, conversation_of
from chat.inert import inert
from chat.times import utc_now
from chat.ui.bar import Facts, Tab
from chat.ui.console import Console
from chat.ui.conversations import Conversations, label, recent
from chat.ui.greeting import greeting
from chat.ui.marks import Late, Marks, Own
from chat.ui.messages import (
    Look,
    day_name,
    day_of,
    first_line,
    history,
    mark_of,
    mentions,
    names,
    rule,
    said,
    sent_later,
)
from chat.ui.notices import Notices
from chat.ui.shell import waiting_for
from chat.ui.views import render, transfer
from chat.wire.names import is_room

LEAVE_S = 2.0
RECENT_LINES = 200
MAX_UNREAD_LINES = 100

LIVE = events.Incoming | events.Queued | events.Delivered | events.Ready | events.Transfer | events.Exporting


class LiveConsole(Console):
    """Any thread may call."""

    def __init__(self, look: Look, notices: Notices, context_lines: int) -> None:
        super().__init__(look)
        self._notices = notices
        self._context_lines = context_lines
        self._is_new = False
        self._moving: dict[tuple[int, str], events.Transfer] = {}  # by number and person
        self._exporting = ""
        self._node: Node | None = None
        self._current: Conversation = ()
        self._day: date = datetime.now().astimezone().date()
        self.conversations = Conversations()
        self.marks = Marks(self._is_within_reach)
        self.changed: Callable[[], None] = lambda: None  # something that the prompt or the bar shows
        self.images: Callable[[Path], None] = lambda _: None  # an image that is to be drawn

    def finish(self) -> None:
        """Give what is under way to people who are on a moment, and show what is still held back."""
        with self._changed:
            self._changed.wait_for(lambda: not any(map(self._is_within_reach, self._waited_for())), LEAVE_S)
            pending = self._waited_for()
        with self._lock:
            self._print("\n".join(map(self._shown, self.marks.take(float("inf")))))
        if pending:
            self.notify(events.Warn(message=waiting_for(pending)))

    def _waited_for(self) -> set[str]:
        return {name for names in (self._outstanding or {}).values() for name in names}

    def attach(self, node: Node, *, is_new: bool) -> None:
        """The node whose events these are, before it is started. `is_new`: the person enrolled just now."""
        self._node = node
        self._is_new = is_new
        self.count_deliveries()
        page = node.people.read(lambda connection: read_history(connection, node.name, Query(count=RECENT_LINES)))
        self.conversations = Conversations(recent(node.name, page.lines, node.unread.counts()))

    # What the prompt tells

    def typed(self, prompt: str, line: str) -> None:
        """A command is about to run: it stays in sight above what it shows."""
        with self._lock:
            self._print(self._look.palette.dim(inert(f"{prompt}{line}", lines=True)))

    def wrote(self, message_id: str, to: Sequence[str], text: str) -> None:  # noqa: ARG002 - Queued said to whom
        """What stands in a message that was queued."""
        with self._lock:
            self.marks.wrote(message_id, text, utc_now(), now=time.monotonic())
            self._print(self._settled())
        self.changed()

    def turned(self, talking_to: Sequence[str], unread: int) -> None:
        """Another conversation is talked in: what was said last there, and what is unread."""
        conversation = tuple(sorted(talking_to))
        lines = self._last_lines(conversation, unread) if conversation else []
        with self._lock:
            self._current = conversation
            self.conversations.note(conversation)
            if conversation:
                head = rule(self._look, f"{label(conversation, 60)} · {self._whereabouts(conversation)}")
                self._print("\n".join([head, *self._history(lines, {conversation: unread})]))
        self.changed()

    def drawn(self, drawing: str) -> None:
        """An image, as the terminal shows it."""
        with self._lock:
            self._print(drawing, as_it_is=True)

    def tick(self) -> None:
        """Time has passed."""
        with self._lock:
            self._print(self._settled())
        self.changed()

    def touched(self) -> None:
        """The person pressed a key."""
        self._notices.touched(time.monotonic())

    def export_ended(self) -> None:
        """The bar says no more how far it is."""
        with self._lock:
            self._exporting = ""
        self.changed()

    # What the prompt asks

    @property
    def colours(self) -> int:
        """How many there are: 0, 8 or 256."""
        return self._look.palette.colours

    def held(self) -> list[str]:
        """Own messages that are under way, one line each, for above the line being typed."""
        with self._lock:
            return [f"{first_line(own.text)} …" for own in self.marks.held]

    def moving(self) -> list[events.Transfer]:
        """The files that are on their way."""
        with self._lock:
            return list(self._moving.values())

    def next_tick(self) -> float | None:
        """When tick is due, on the monotonic clock."""
        with self._lock:
            return self.marks.next_tick

    def next_unread(self) -> Conversation | None:
        """The conversation to turn to for what is unread."""
        assert self._node is not None
        unread = self._node.unread.counts()
        with self._lock:
            return self.conversations.next_unread(self._current, unread)

    def page(self, count: int) -> tuple[list[str], bool]:
        """The history of this conversation, or of all: what is in the newest lines, and whether there are more."""
        lines, more = self._read(self._current, count)
        whole = replace(self._look, cut=False)
        return list(history(whole, lines, {}, None)), more

    def facts(self, running: str) -> Facts:
        """What there is to say in the status bar."""
        assert self._node is not None
        unread = self._node.unread.counts()
        online = sorted(name for name, presence in self._node.roster.items() if presence.online)
        with self._lock:
            for conversation in unread:
                self.conversations.note(conversation)
            tabs = [Tab(self.conversations.number(one), one, unread.get(one, 0)) for one in self.conversations.all]
            return Facts(
                own_name=self._node.name,
                hidden=self._node.hidden,
                talking_to=self._current,
                tabs=tabs,
                online=online,
                registry=self._node.signed_in,
                running=running or self._exporting,
            )

    # Events to text, with the lock held

    def _text(self, shown: Sequence[events.Event]) -> str:
        texts = [self._one(event) for event in shown] if self._is_live(shown) else [self._several(shown)]
        self.changed()
        return "\n".join(filter(None, [*texts, self._settled()]))

    def _is_live(self, shown: Sequence[events.Event]) -> bool:
        return isinstance(next(iter(shown), None), LIVE)

    def _several(self, shown: Sequence[events.Event]) -> str:
        lines = [event for event in shown if isinstance(event, events.Line) and not isinstance(event, events.Hit)]
        read = self._history(lines, self._node.unread.counts() if self._node else {})
        return "\n".join([*read, *filter(None, [render(shown[len(lines) :], self._look, self._columns)])])

    def _one(self, event: events.Event) -> str:
        now = time.monotonic()
        match event:
            case events.Incoming():
                return self._incoming(event, now)
            case events.Queued():
                to = (event.room,) if event.room else event.to
                self.conversations.note(conversation_of(self._look.own_name, self._look.own_name, to))
                self.marks.queued(event.id, event.to, event.room, now=now)
            case events.Delivered():
                self.marks.delivered(event.id, event.to, now=now)
            case events.Transfer():
                return self._transfer(event)
            case events.Exporting():
                self._exporting = f"/export: {event.step} {event.done / max(event.total, 1):.0%}"
            case events.Ready():
                unread = self._node.unread.counts() if self._node else {}
                return "\n".join([render([event], self._look), *greeting(unread, is_new=self._is_new)])
        return ""

    def _incoming(self, event: events.Incoming, now: float) -> str:
        conversation = conversation_of(self._look.own_name, event.sender, event.to)
        self.conversations.note(conversation)
        muted = self._is_muted(event.sender)
        in_sight = conversation == self._current and not mentions(event.text, self._look.own_name)
        ring = self._notices.ring(event.sender, event.text, in_sight=in_sight, muted=muted, now=now)
        line = said(self._look, time=event.time, sender=event.sender, to=event.to, text=event.text, kind=event.kind)
        sys.stdout.write(ring)
        return self._dated(event.time, line)

    def _transfer(self, event: events.Transfer) -> str:
        """What moves is above the status bar; that a file of ours arrived is told as of any message."""
        key = (event.number, event.name)
        if event.state == "running":
            self._moving[key] = event
            return ""
        self._moving.pop(key, None)
        if event.path and event.type.startswith("image/") and not self._is_muted(event.name):
            self.images(Path(event.path))
        is_known = event.state == "done" and event.direction == "out" and not event.path
        return "" if is_known else transfer(event, self._look)

    def _settled(self) -> str:
        """Own messages whose mark is known now, and those that got through after all."""
        return "\n".join(map(self._shown, self.marks.take(time.monotonic())))

    def _shown(self, one: Own | Late) -> str:
        return self._own(one) if isinstance(one, Own) else self._late(one)

    def _own(self, own: Own) -> str:
        name = self._look.own_name
        mark = mark_of(self._look, own.states)
        line = said(self._look, time=own.time or utc_now(), sender=name, to=own.addressed, text=own.text, mark=mark)
        return self._dated(own.time, line)

    def _late(self, late: Late) -> str:
        what = sent_later(late.count, first_line(late.text))
        return f"  {self._look.palette.dim('✓')} sent to {names(self._look, late.names)}: {what}"

    def _history(self, lines: Sequence[events.Line], unread: Mapping[Conversation, int]) -> list[str]:
        shown = list(history(self._look, lines, unread, self._day))
        days = [day for day in map(day_of, (line.time for line in lines)) if day]
        self._day = days[-1] if days else self._day
        return shown

    def _dated(self, time: str, line: str) -> str:
        day = day_of(time)
        if day is None or day == self._day:
            return line
        self._day = day
        return f"{rule(self._look, day_name(day))}\n{line}"

    def _last_lines(self, conversation: Conversation, unread: int) -> list[events.Line]:
        """What is unread of a conversation, as far as it is not too much, and some lines before."""
        wanted = min(unread, MAX_UNREAD_LINES) + self._context_lines
        lines, _ = self._read(conversation, max(wanted, RECENT_LINES))
        return lines[-wanted:] if wanted else []

    def _read(self, conversation: Conversation, count: int) -> tuple[list[events.Line], bool]:
        """What of the newest lines is said in a conversation, or in any, and whether there are older ones."""
        assert self._node is not None
        name = self._node.name
        page = self._node.people.read(lambda connection: read_history(connection, name, Query(conversation, count)))
        fitting = [
            one for one in page.lines if not conversation or conversation_of(name, one.sender, one.to) == conversation
        ]
        return fitting, page.older

    def _whereabouts(self, conversation: Conversation) -> str:
        if self._node and is_room(conversation[0]):
            there = [member.name for member in self._node.rooms.known(conversation[0]) if member.present]
            return f"{len(there)} members" if there else "you are not in it"
        online = [name for name in conversation if self._node and self._node.is_online(name)]
        if len(conversation) == 1:
            return "online" if online else "offline"
        return f"{len(online)} of {len(conversation)} online"

    def _is_muted(self, name: str) -> bool:
        return self._node is not None and name in self._node.people.muted

    def _is_within_reach(self, name: str) -> bool:
        return self._node is not None and not self._node.hidden and self._node.is_online(name)
