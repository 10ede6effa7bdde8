"""What the core tells the screen, and what --json prints: one struct for each event of the contract.

docs/protocol.md lists them for those who write bots. Fields may be added, none is renamed.
"""

from typing import Protocol

import msgspec

Names = tuple[str, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to show."""


class Notify(Protocol):
    """Shows events, one or many at once. Any thread may call."""

    def __call__(self, *shown: Event) -> None:
        """Show them in this order."""


class Ready(Event, frozen=True, kw_only=True, tag_field="event", tag="ready"):
    """The client listens, and is signed in if it could be."""

    name: str
    listen: str
    registry: str
    hidden: bool


class Incoming(Event, frozen=True, kw_only=True, tag_field="event", tag="message"):
    """A message came in, and is on the disk."""

    id: str
    sender: str = msgspec.field(name="from")
    to: Names
    text: str
    kind: str
    time: str
    room: str = ""


class Queued(Event, frozen=True, kw_only=True, tag_field="event", tag="queued"):
    """A message is in the own database as pending."""

    id: str
    to: Names
    room: str = ""


class Delivered(Event, frozen=True, kw_only=True, tag_field="event", tag="sent"):
    """A message is on the disk of one recipient."""

    id: str
    to: str


class PresenceChanged(Event, frozen=True, kw_only=True, tag_field="event", tag="presence"):
    """A contact came or went."""

    name: str
    online: bool


class Transfer(Event, frozen=True, kw_only=True, tag_field="event", tag="transfer"):
    """How a file stands. `number` is for /accept and /cancel; `rate` is bytes a second while it runs.

    `type` is its media type by the sender's word, `path` is where it lies here, if it does.
    """

    id: str
    number: int
    direction: str
    name: str
    file: str
    bytes: int
    total: int
    type: str
    state: str
    path: str = ""
    reason: str = ""
    rate: int = 0
    seconds_left: float | None = None


class Transcribing(Event, frozen=True, kw_only=True, tag_field="event", tag="transcribing"):
    """How far a long voice message is written down; `total` is left out where it is not known."""

    id: str
    number: int
    done: float
    total: float | None = None


class Transcript(Event, frozen=True, kw_only=True, tag_field="event", tag="transcript"):
    """What is said in a voice message, or in `error` why there are no words. `confidence` where the engine has one.

    `asked`: somebody asked for it, so all of it is to be shown.
    """

    id: str
    number: int
    sender: str = msgspec.field(name="from")
    text: str = ""
    confidence: float | None = None
    seconds: float = 0.0
    error: str = ""
    asked: bool = False


class Line(Event, frozen=True, kw_only=True, tag_field="event", tag="history"):
    """A message of the history; `number` is its place there.

    `status`: pending, sent or received, or what became of a file; for several recipients `states` has each.
    `utc`: its time is to be shown in UTC. Of a file `size` is its bytes, `path` where it lies here. Of a voice
    message `transcript` is what is said in it, or `no_transcript` why there are no words; `seconds` is how long
    it is, `confidence` 0 to 1 or None.
    """

    id: str
    number: int
    sender: str = msgspec.field(name="from")
    to: Names
    text: str
    kind: str
    time: str
    status: str
    states: dict[str, str] = {}
    utc: bool = False
    room: str = ""
    size: int = 0
    path: str = ""
    transcript: str = ""
    confidence: float | None = None
    seconds: float = 0.0
    no_transcript: str = ""


class Hit(Line, frozen=True, kw_only=True, tag_field="event", tag="search"):
    """A message that was searched for. `marks`: where in `text`, which is in Unicode's NFC, start and end."""

    marks: tuple[tuple[int, int], ...] = ()


class Exporting(Event, frozen=True, kw_only=True, tag_field="event", tag="exporting"):
    """How far an export is: of `total` messages `done` are read, written or checked, as `step` says."""

    step: str
    done: int
    total: int


class Sample(Event, frozen=True, kw_only=True, tag_field="event", tag="sample"):
    """A message as it is, and as an anonymised export would have it."""

    before: str
    after: str


class Contact(Event, frozen=True, kw_only=True, tag_field="event", tag="contact"):
    """One of the people known."""

    name: str
    online: bool
    unread: int
    blocked: bool
    muted: bool
    verified: bool
    fingerprint: str


class Findable(Event, frozen=True, kw_only=True, tag_field="event", tag="who"):
    """Somebody who can be found."""

    name: str
    online: bool


class RoomNews(Event, frozen=True, kw_only=True, tag_field="event", tag="room"):
    """Something about a room is other than it was; `change`: joined, left, kicked, owner or topic, which `text` has."""

    room: str
    change: str
    name: str
    text: str = ""


class RoomListed(Event, frozen=True, kw_only=True, tag_field="event", tag="rooms"):
    """A room that one may join, or is in."""

    room: str
    members: int
    closed: bool
    joined: bool
    topic: str


class RoomMember(Event, frozen=True, kw_only=True, tag_field="event", tag="member"):
    """Somebody in a room, or invited and not `present`. Those of a room whom one did not hear of are not online."""

    room: str
    name: str
    online: bool
    owner: bool
    present: bool


class KeyChanged(Event, frozen=True, kw_only=True, tag_field="event", tag="key_changed"):
    """Somebody came with another key than before; nothing is exchanged until it is trusted."""

    name: str
    message: str
    fingerprint: str


class Warn(Event, frozen=True, kw_only=True, tag_field="event", tag="warning"):
    """Something to know; what was going on goes on."""

    message: str
    name: str = ""


class Failure(Event, frozen=True, kw_only=True, tag_field="event", tag="error"):
    """What was asked was not done."""

    message: str
    name: str = ""


class Verification(Event, frozen=True, kw_only=True, tag_field="event", tag="verify"):
    """60 digits to compare with the other side."""

    name: str
    safety_number: str


class Status(Event, frozen=True, kw_only=True, tag_field="event", tag="status"):
    """One setting or fact, and where it came from."""

    name: str
    value: str
    source: str


class Help(Event, frozen=True, kw_only=True, tag_field="event", tag="help"):
    """A command and what it does; `arguments` says what the words of its usage stand for."""

    command: str
    usage: str
    help: str
    arguments: dict[str, str] = {}


class Done(Event, frozen=True, kw_only=True, tag_field="event", tag="done"):
    """A command has ended."""

    command: str
    ok: bool
