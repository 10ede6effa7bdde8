"""Who is talking to whom: the table of conversations by name."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

from chat.core.composing import Fresh
from chat.core.conversation import Conversation
from chat.core.doorway import Doorway
from chat.core.reading import reading
from chat.core.surroundings import Endable, NewConnection, Surroundings
from chat.errors import ChatError, NetworkError
from chat.net.connection import Connection
from chat.net.threads import start_thread
from chat.net.tls import ALPN_CHAT
from chat.wire.messages import FileMessage
from db.files import names_with_unfinished_files
from db.pool import Pool
from db.privacy import names_to_tell
from db.streams import names_with_pending

Tell = Callable[[Conversation], None]


class Switchboard:
    """Any thread may call. One lock guards the table, never across I/O."""

    def __init__(self, doorway: Doorway, pool: Pool, surroundings: Callable[[], Surroundings]) -> None:
        self._doorway = doorway
        self._pool = pool
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._conversations: dict[str, Conversation] = {}
        self._closed = False

    def composed(self, name: str, fresh: Fresh | None = None) -> None:
        """There is something for `name` in the outbox: these rows, or it is not said what."""
        self._conversation(name, lambda conversation: conversation.composed(fresh))

    def news(self, name: str) -> None:
        """`name` may have come within reach: try at once if there is something to deliver."""
        if not self._tell_if_there(name, Conversation.news) and name in self._names_with_work():
            self.composed(name)

    def deliver_all(self) -> None:
        """Try everyone for whom, or from whom, there is something to deliver."""
        for name in self._names_with_work():
            self.composed(name)
            self.news(name)

    def connected(self, new: NewConnection) -> None:
        """A connection for chat is up, by whichever side; too late if all have been ended meanwhile, by /hide say."""
        name = new.identity.name
        welcome = False
        with suppress(NetworkError), self._lock:
            if not (self._closed or self._doorway.turns_away(name)):
                self._begun(name).connected(new)
                welcome = True
        if not welcome:
            new.settled()
            new.connection.close()

    def tell(self, name: str, message: FileMessage) -> None:
        """Say something about a file to `name`, if there is a link."""
        self._tell_if_there(name, lambda conversation: conversation.tell(message))

    def fetch(self, name: str, message_id: bytes) -> None:
        """Have a transfer connection opened for a file of `name`, if there is a link, by who opened that."""
        self._tell_if_there(name, lambda conversation: conversation.fetch(message_id))

    def dial(self, name: str) -> None:
        """Try to reach `name`, in a thread of its own."""
        try:
            start_thread(self._dial, f"dialling {name}", name)
        except RuntimeError as error:
            failure = NetworkError(f"{name} cannot be dialled now: {error}.")
            self._tell_if_there(name, lambda conversation: conversation.dial_failed(failure))

    def end(self, name: str) -> None:
        """Hang up on `name`."""
        with self._lock:
            conversation = self._conversations.get(name)
        if conversation is not None:
            conversation.end()
            conversation.thread.join()

    def end_all(self) -> None:
        """Hang up on everybody."""
        with self._lock:
            conversations = list(self._conversations.values())
        for conversation in conversations:
            conversation.end()
        for conversation in conversations:
            conversation.thread.join()

    def close(self) -> None:
        """End for good."""
        with self._lock:
            self._closed = True
        self.end_all()

    def try_to_end(self, conversation: Endable, *, anyway: bool) -> bool:
        """Take a conversation out of the table, which its thread asks for before it ends."""
        with self._lock:
            if self._conversations.get(conversation.name) is not conversation:
                return True
            if conversation.has_work and not anyway:
                return False
            del self._conversations[conversation.name]
            return True

    def _dial(self, name: str) -> None:
        try:
            identity, tls = self._doorway.reach(name, ALPN_CHAT)
        except BaseException as error:
            failure = error if isinstance(error, ChatError) else NetworkError(f"A fault in dialling: {error}.")
            self._tell_if_there(name, lambda conversation: conversation.dial_failed(failure))
            if not isinstance(error, ChatError):
                raise
        else:
            self.connected(NewConnection(identity, Connection(tls), os.urandom(16), lambda: None))

    def _names_with_work(self) -> list[str]:
        with reading(self._pool) as connection:
            untold = names_to_tell(connection, exportable=self._surroundings().exportable)
            return sorted({*names_with_pending(connection), *names_with_unfinished_files(connection), *untold})

    def _tell_if_there(self, name: str, tell: Tell) -> bool:
        with self._lock:
            conversation = self._conversations.get(name)
            if conversation is not None:
                tell(conversation)
        return conversation is not None

    def _conversation(self, name: str, tell: Tell) -> None:
        """Tell the conversation with `name` something; it is begun if there is none, unless all has ended."""
        try:
            with self._lock:
                if not self._closed:
                    tell(self._begun(name))
        except NetworkError as error:  # what is to be delivered stands in the database, for the next occasion
            self._surroundings().trouble(name, str(error))

    def _begun(self, name: str) -> Conversation:
        """The conversation with `name`. The lock must be held. NetworkError if the system has no room for one."""
        conversation = self._conversations.get(name)
        if conversation is None:
            try:
                conversation = Conversation(name, self._surroundings())
                conversation.start()
            except (OSError, RuntimeError) as error:  # no descriptor or no thread is left
                raise NetworkError(f"No conversation with {name} can be begun now: {error}.") from None
            self._conversations[name] = conversation
        return conversation
