"""What someone who is no contact may leave here: a little, until written to or added; not counting lines in rooms."""

from collections.abc import Sequence

from chat.wire.messages import Body, Message
from db.connection import Connection
from db.messages import has_written_to, known_ids, received_from

STRANGER_MESSAGES = 100
STRANGER_BYTES = 1024 * 1024


def count_taken(tx: Connection, name: str, messages: Sequence[Message], bodies: Sequence[Body]) -> int:
    """How many of a stranger's messages are taken, from the first on. Those held already count once."""
    if has_written_to(tx, name):
        return len(messages)
    known = known_ids(tx, name, [message.message_id for message in messages])
    count, size = received_from(tx, name)
    for place, (message, body) in enumerate(zip(messages, bodies, strict=True)):
        if message.message_id in known or body.room:
            continue
        count += 1
        size += len(body.text.encode())
        if count > STRANGER_MESSAGES or size > STRANGER_BYTES:
            return place
    return len(messages)
