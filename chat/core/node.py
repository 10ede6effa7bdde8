"""One person's end of the chat: puts the parts together and is what the commands call.

The parts and their threads: the store's writer, the line to the registry, the listener, a conversation
for each peer, handshakes. What they have to say reaches the screen through `notify` alone.
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chat.core import events
from chat.core.composing import Draft, Fresh, check_draft, new_message_id
from chat.core.credentials import Credentials
from chat.core.doorway import Doorway
from chat.core.file_journal import DEFAULT_POLICY, Arrival, Attached, FilePolicy
from chat.core.journal import Journal
from chat.core.line import Line, LineEvents, SignInFacts
from chat.core.outbox import Outbox
from chat.core.people import People
from chat.core.rooms import Rooms
from chat.core.surroundings import Endable, NewConnection
from chat.core.switchboard import Switchboard
from chat.core.transfer.ground import Ground
from chat.core.transfer.transfers import Transfers
from chat.core.trust import KeyChanged, note_shown_key, revoke
from chat.core.unread import Unread
from chat.core.voice.devices import open_loudspeaker
from chat.core.voice.player import Player
from chat.core.voice.worker import VoiceWorker
from chat.core.writer import Outcome, Writer
from chat.errors import ChatError, StorageFailure, UserError
from chat.net.addresses import format_address
from chat.net.certificates import Identity, fingerprint
from chat.net.connection import Connection
from chat.net.tls import ALPN_TRANSFER
from chat.times import utc_now
from chat.wire import registry as wire
from chat.wire.messages import FileMessage
from chat.wire.names import is_room
from chat.wire.registry import Presence
from db.connection import Connection as Transaction
from db.connection import Database
from db.messages import TEXT
from db.pool import Pool
from db.schema import CLIENT
from db.transcripts import VOICE

MAX_TROUBLES = 10  # of one person: whoever breaks the protocol in ever new ways fills no screen
ANY_ADDRESS = ("0.0.0.0", "::", "")


@dataclass(frozen=True)
class Options:
    """How the node is to run."""

    registry: tuple[str, int]
    listen: tuple[str, int]
    downloads: Path
    outgoing: Path
    hidden: bool = False
    files: FilePolicy = DEFAULT_POLICY
    speech_model: Path | None = None  # a folder; else the one that comes along


class Node:
    """Made, then started, then asked, then closed. Any thread may call; any thread may call `notify`."""

    def __init__(self, credentials: Credentials, database: Database, options: Options, notify: events.Notify) -> None:
        self.credentials = credentials
        self.options = options
        self.hidden = options.hidden
        self.notify = notify
        self.name = credentials.identity.name
        self.own_fingerprint = fingerprint(credentials.identity.public_key)
        self.pool = Pool(database)
        self.writer = Writer(database)
        CLIENT.apply(self.writer.connection, self.name)
        self.journal = Journal(self.name, self.writer.connection)
        self.journal.hidden = options.hidden
        self.journal.policy = options.files
        self._outbox = Outbox(self.writer, self.journal, self._composed)
        self.people = People(self.name, self.writer, self.pool)
        self.rooms = Rooms(credentials, self.writer, self.pool, self.people, notify)
        self.unread = Unread(self.name, self.writer)
        self.unread.load(self.writer.connection)
        self._doorway = Doorway(credentials, self.writer, self.pool, self, self._guest)
        self._switchboard = Switchboard(self._doorway, self.pool, lambda: self)
        self.transfers = Transfers(
            Ground(
                writer=self.writer,
                pool=self.pool,
                downloads=options.downloads,
                notify=notify,
                reach=self._doorway.reach,
                ask_to_open=self._switchboard.fetch,
                tell=self._switchboard.tell,
                received=self._file_received,
            )
        )
        self._voice = VoiceWorker(self.name, self.journal, self.writer, self.pool, notify, options.speech_model)
        self.player = Player(open_loudspeaker, self._warn)
        told = LineEvents(self._line_up, self._line_down, self._presence_changed, self._key_revoked, self.rooms.pushed)
        self._line = Line(options.registry, credentials, self._facts, told)
        self.people.connect(self._line, self._switchboard, self.transfers)
        self.rooms.connect(self._line)
        self._online: frozenset[str] = frozenset()
        self._refused: ChatError | None = None
        self._told: dict[str, set[str]] = {}  # by name, what trouble with that person was told
        self._shown_keys: set[bytes] = set()  # that are not trusted, told since the start
        self._started = False
        self._was_cut_off = False

    def start(self) -> None:
        """Listen, sign in, and begin to deliver. TrustError or UserError if the registry does not let us in."""
        for message in self.writer.connection.warnings():
            self._warn(message)
        self.writer.start()
        if not self.hidden:
            self._doorway.listen(self.options.listen)
        self.transfers.start()
        self._line.start()
        self._line.wait_first_try()
        self._started = True
        if self._refused is not None:
            raise self._refused
        registry = format_address(*self.options.registry) if self._line.signed_in else ""
        self.notify(events.Ready(name=self.name, listen=self.listens_on, registry=registry, hidden=self.hidden))
        self._switchboard.deliver_all()
        self._voice.start()

    def close(self) -> None:
        """Hang up, finish what is being written, and end."""
        self._doorway.stop_listening()
        self.player.stop()
        self._voice.close()
        self.transfers.close()
        self._switchboard.close()
        self._line.stop()
        self.writer.close()
        self.pool.close()

    @property
    def listens_on(self) -> str:
        """HOST:PORT for peers, empty while hidden."""
        return "" if self.hidden else format_address(*self._doorway.address)

    # What is asked of it

    def send(self, recipients: Sequence[str], text: str, *, kind: str = TEXT, file: Attached | None = None) -> str:
        """Put a message into the outbox and have it delivered: its id, once it is on the disk.

        With `file` it is about that file, which is sent after it; then `kind` is file, image or voice.
        """
        return self.submit(recipients, text, kind=kind, file=file).result()

    def submit(
        self, recipients: Sequence[str], text: str, *, kind: str = TEXT, file: Attached | None = None
    ) -> Future[str]:
        """Like send, without waiting for the disk: who writes many lets them share a commit.

        Queued is told and the future done in the order of the calls. UserError at once, or in the future.
        Where the one recipient is a room, it goes to its members.
        """
        names = tuple(dict.fromkeys(recipients))
        room = next(filter(is_room, names), "")
        if room and len(names) > 1:
            raise UserError(f"Write to {room} alone: who is in it gets it.")
        if room:
            names = self.rooms.recipients(room)
        draft = Draft(new_message_id(), names, text, utc_now(), kind, file, room)
        check_draft(draft)
        if self.name in names:
            raise UserError("You cannot write to yourself.")
        if not room:
            self.make_known(names)
        return self._outbox.hand_in(draft)

    def make_known(self, recipients: Sequence[str]) -> None:
        """Whether one may write to these. UserError if not: for somebody nobody knows, a room one is not in."""
        for name in recipients:
            if is_room(name):
                self.rooms.get(name)
            else:
                self.people.make_known(name)

    def is_online(self, name: str) -> bool:
        """Whether the registry says so."""
        presence = self.roster.get(name)
        return presence is not None and presence.online

    def who(self, prefix: str) -> wire.Listing:
        """Who can be found, by the registry."""
        return self._line.ask(lambda number: wire.Who(number, prefix), wire.Listing)

    def hide(self) -> None:
        """To everybody we are offline from now on; what is written stays pending."""
        self.hidden = True
        try:
            self.writer.call(self._take_nothing)
        finally:
            self._doorway.stop_listening()
            self.transfers.stop_all()
            self._switchboard.end_all()
            self._line.tell(wire.Hide)

    def show(self) -> None:
        """We can be found again; what waited goes out."""
        if not self.hidden:
            return
        self._doorway.listen(self.options.listen)
        try:
            self.writer.call(self._take_again)
        except ChatError:
            self._doorway.stop_listening()
            raise
        self.hidden = False
        port = self.listening_port
        self._line.tell(lambda number: wire.Show(number, port))
        self._switchboard.deliver_all()

    def _take_nothing(self, _: Transaction) -> None:
        self.journal.hidden = True  # in its turn: what the writer took before that stays taken

    def _take_again(self, _: Transaction) -> None:
        self.journal.hidden = False

    # What the switchboard and the conversations ask

    @property
    def listening_port(self) -> int:
        """What HELLO tells a peer."""
        return self._doorway.address[1]

    @property
    def exportable(self) -> bool:
        """What HELLO says of our messages: whether they may be in the peer's anonymised exports."""
        return self.people.exportable

    @property
    def roster(self) -> Mapping[str, Presence]:
        """Who can be found where, by the registry."""
        return self._line.roster

    @property
    def signed_in(self) -> bool:
        """Whether the line to the registry is up."""
        return self._line.signed_in

    def registered_key(self, name: str) -> bytes | None:
        """The key that the registry has for `name`, empty if it has none; None if it cannot be asked."""
        try:
            found = self._line.ask(lambda number: wire.Lookup(number, name), wire.Found)
        except ChatError:
            return None
        return found.presence.public_key if found.presence else b""

    def turns_away(self, name: str) -> bool:
        """Whether nothing is exchanged with `name` now: we are hidden, or that person is blocked."""
        return self.hidden or name in self.people.blocked

    def may_dial(self, name: str) -> bool:
        """Whether the peer is worth trying now."""
        return self._doorway.may_dial(name)

    def dial(self, name: str) -> None:
        """Try, in a thread of its own."""
        self._switchboard.dial(name)

    def try_to_end(self, conversation: Endable, *, anyway: bool) -> bool:
        """A conversation's thread wants to end."""
        return self._switchboard.try_to_end(conversation, anyway=anyway)

    # What they tell

    def _composed(self, drafts: Sequence[Draft], fresh: Mapping[str, Fresh]) -> None:
        self.notify(
            *(events.Queued(id=draft.message_id.hex(), to=draft.recipients, room=draft.room) for draft in drafts)
        )
        if any(draft.kind == VOICE for draft in drafts):
            self._voice.wake()
        for name in dict.fromkeys(name for draft in drafts for name in draft.recipients):
            self._switchboard.composed(name, fresh.get(name))

    def arrived(self, arrivals: list[Arrival]) -> None:
        """Messages are on the disk."""
        for arrival in arrivals:
            self._told.pop(arrival.name, None)
        self.unread.arrived(arrivals)
        self.notify(
            *(
                events.Incoming(
                    id=arrival.message_id.hex(),
                    sender=arrival.name,
                    to=arrival.to,
                    text=arrival.body.text,
                    kind=arrival.body.kind,
                    time=arrival.time,
                    room=arrival.body.room,
                )
                for arrival in arrivals
            )
        )
        self.transfers.arrived(arrivals)

    def delivered(self, name: str, message_ids: list[bytes]) -> None:
        """Messages are on the disk of `name`."""
        self._told.pop(name, None)
        self.notify(*(events.Delivered(id=message_id.hex(), to=name) for message_id in message_ids))

    def _file_received(self) -> None:
        self._voice.wake()

    def linked(self, name: str) -> None:
        """Messages flow to and from `name`."""
        self.transfers.linked(name)

    def about_file(self, name: str, message: FileMessage) -> None:
        """A peer said something about a file."""
        self.transfers.about_file(name, message)

    def fetch_by_dialling(self, name: str, message_id: bytes) -> None:
        """A file is to be fetched, on a connection that we open."""
        self.transfers.open_and_fetch(name, message_id)

    def trouble(self, name: str, message: str) -> None:
        """Something about `name` that the person should know: said once, until there is progress with `name`."""
        told = self._told.setdefault(name, set())
        if message not in told and len(told) < MAX_TROUBLES:
            told.add(message)
            self._warn(message, name)

    def _warn(self, message: str, name: str = "") -> None:
        self.notify(events.Warn(message=message, name=name))

    def key_changed(self, change: KeyChanged) -> None:
        """Somebody came with another key: told loudly, once a start for each key until it is trusted."""
        identity = change.identity
        if not change.is_new and identity.public_key in self._shown_keys:
            return
        self._shown_keys.add(identity.public_key)
        self.writer.submit(lambda tx: note_shown_key(tx, identity), _ignored)
        number = fingerprint(identity.public_key)
        self.notify(events.KeyChanged(name=identity.name, message=str(change), fingerprint=number))

    def _guest(self, identity: Identity, tls: ssl.SSLSocket, settled: Callable[[], None]) -> None:
        """A peer opened a connection; this is the thread of its handshake."""
        if tls.selected_alpn_protocol() == ALPN_TRANSFER:
            try:
                self.transfers.guest(identity, tls, settled)
            finally:
                settled()
        else:
            self._switchboard.connected(NewConnection(identity, Connection(tls), b"", settled))

    # What the line to the registry tells

    def _facts(self) -> SignInFacts:
        host, port = self._doorway.address
        own = host if host not in ANY_ADDRESS else self._line.local_ip
        return self.people.facts(port=port, addresses=(own,) if own else (), hidden=self.hidden)

    def _line_up(self) -> None:
        if self._was_cut_off:
            self._was_cut_off = False
            address = format_address(*self.options.registry)
            self.notify(events.Status(name="registry", value="connected again", source=address))
        online = frozenset(name for name, presence in self.roster.items() if presence.online)
        for name in sorted(online ^ self._online):
            self._tell_presence(name, name in online)
        self._online = online
        self.rooms.line_up()
        for name in sorted(online):
            self._switchboard.news(name)

    def _line_down(self, error: ChatError, final: bool) -> None:
        if final and not self._started:
            self._refused = error
        elif final:
            self.notify(events.Failure(message=str(error)))
        else:
            self._warn(str(error))
            self._was_cut_off = True
            if self._started:
                with suppress(StorageFailure):  # whoever writes or reads is told
                    self._switchboard.deliver_all()  # without the registry everybody is worth trying

    def _presence_changed(self, presence: Presence) -> None:
        if presence.online != (presence.name in self._online):
            self._online ^= {presence.name}
            self._tell_presence(presence.name, presence.online)
        if presence.online:
            self._switchboard.news(presence.name)

    def _tell_presence(self, name: str, online: bool) -> None:
        user = self.people.find(name)
        if user is not None and user.contact and not user.blocked:
            self.notify(events.PresenceChanged(name=name, online=online))

    def _key_revoked(self, revoked: wire.Revoked) -> None:
        name, key = revoked.name, revoked.public_key
        if self.credentials.is_revoked(revoked) and self.writer.call(lambda tx: revoke(tx, name, key)):
            self.transfers.stop_all(revoked.name)
            self._switchboard.end(revoked.name)
            self.trouble(revoked.name, f"{revoked.name} enrolled on another machine; the old key is void.")


def _ignored(outcome: Outcome[None]) -> None:
    """For what will be said again."""
