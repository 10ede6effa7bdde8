"""The demo's scripted conversation: played by three real clients, printed as it goes, and checked.

Each line is waited for at both ends. In the end everybody signs out and in again, and every client's
history, and the messages that it told of, must be exactly those of the script: each once, in order,
with its status.
"""

import time
from collections.abc import Iterator

from bot import ChatClient, Event
from stage import Stage

Lines = list[tuple[str, tuple[str, ...], str, str]]  # from, to, text, status


class Mismatch(Exception):
    """Something did not happen as it must."""


class Actor:
    """One person: a client that comes and goes, what it told, and what its history must hold."""

    def __init__(self, name: str, stage: Stage) -> None:
        self.name = name
        self.script: Lines = []
        self._stage = stage
        self._told: list[Event] = []  # every message, in order
        self._waiting: list[Event] = []  # events that nobody has expected yet
        self.enter()

    def enter(self) -> None:
        """Start the client."""
        self._client: ChatClient = self._stage.client(self.name)
        self._events: Iterator[Event] = iter(self._client)

    def leave(self) -> None:
        """Have the client sign out and end."""
        if code := self._client.close():
            raise Mismatch(f"{self.name}'s client ended with exit code {code}.")

    def do(self, command: str) -> None:
        """Run a command that must succeed."""
        self._client.command(command)
        self.expect("done", command=command[1:].split(maxsplit=1)[0])

    def ask(self, command: str, kind: str) -> list[Event]:
        """The events of one kind that a command answers with."""
        self.do(command)
        answers = [event for event in self._waiting if event["event"] == kind]
        self._waiting = [event for event in self._waiting if event["event"] != kind]
        return answers

    def expect(self, kind: str, **facts: object) -> Event:
        """Wait for an event of that kind with those facts."""
        wanted = {"event": kind, **facts}
        for event in self._until_found():
            if wanted.items() <= event.items():
                self._waiting.remove(event)
                return event
        raise Mismatch(f"{self.name}'s client ended without telling of {wanted}.")

    def check(self) -> None:
        """The history and what was told are the script: nothing more, nothing twice."""
        found = self.ask("/history -n 1000", "history")
        history = [(line["from"], tuple(line["to"]), line["text"], line["status"]) for line in found]
        if history != self.script:
            raise Mismatch(f"{self.name}'s history is\n  {history}\nand not\n  {self.script}")
        told = [(event["from"], event["text"]) for event in self._told]
        due = [(sender, text) for sender, _, text, status in self.script if status == "received"]
        if told != due:
            raise Mismatch(f"{self.name} was told\n  {told}\nand not\n  {due}")

    def _until_found(self) -> Iterator[Event]:
        yield from list(self._waiting)
        for event in self._events:
            if event["event"] == "error":
                raise Mismatch(f"{self.name}'s client says: {event['message']}")
            if event["event"] == "message":
                self._told.append(event)
            self._waiting.append(event)
            yield event


class Conversation:
    """The script and its scenes."""

    def __init__(self, stage: Stage) -> None:
        self.alice, self.bob, self.carol = self._everybody = [Actor(name, stage) for name in ("alice", "bob", "carol")]

    def play(self) -> None:
        """All of it. Raises Mismatch at the first thing that is not as it must be."""
        for actor in self._everybody:
            actor.expect("ready")
        self._live()
        self._off_then_back()
        self._to_many()
        self._hidden_then_shown()
        self._blocked_then_unblocked()
        self._read_again()
        count = sum(status != "received" for actor in self._everybody for *_, status in actor.script)
        print(f"\nAll {count} messages arrived, once each and in order, and all three histories agree.")

    def _live(self) -> None:
        print("\nLive")
        self.alice.do("/add bob")
        self._say(self.alice, "Hi bob, do you hear me?", self.bob)
        self._say(self.bob, "Loud and clear: grüße, 你好, 👋", self.alice)

    def _off_then_back(self) -> None:
        print("\nOff, then back")
        self.bob.leave()
        self.alice.expect("presence", name="bob", online=False)
        print("   bob leaves")
        waiting = [self._write(self.alice, text, self.bob) for text in ("Are you still there?", "Read it later, then.")]
        print("   bob is back")
        self.bob.enter()
        self.bob.expect("ready")
        for message in waiting:
            self._arrives(message)

    def _to_many(self) -> None:
        print("\nTo many")
        self._say(self.alice, "Lunch, you two?", self.bob, self.carol)
        self._say(self.carol, "At noon, all three of us.", self.alice, self.bob)

    def _hidden_then_shown(self) -> None:
        print("\nHidden, then shown")
        self.alice.do("/hide")
        if found := [who["name"] for who in self.bob.ask("/who", "who") if who["name"] == "alice"]:
            raise Mismatch(f"alice is hidden, and bob finds {found}.")
        print("   alice hides: bob does not find her any more")
        waiting = self._write(self.alice, "Carol, a surprise for bob: cake.", self.carol)
        self.alice.do("/show")
        print("   alice shows herself")
        self._arrives(waiting)

    def _blocked_then_unblocked(self) -> None:
        print("\nBlocked, then unblocked")
        self.carol.do("/block bob")
        print("   carol blocks bob")
        waiting = self._write(self.bob, "What are you two up to?", self.carol)
        self.carol.do("/unblock bob")
        print("   carol unblocks bob")
        self._arrives(waiting)

    def _read_again(self) -> None:
        print("\nThe histories, as they are on the disk", flush=True)
        for actor in self._everybody:
            actor.leave()
        for actor in self._everybody:
            actor.enter()
        for actor in self._everybody:
            actor.expect("ready")
            actor.check()
            print(f"   {actor.name}'s has {len(actor.script)} messages, as it must")
            actor.leave()

    def _say(self, sender: Actor, text: str, *recipients: Actor) -> None:
        """Write what is to arrive at once."""
        began = time.monotonic()
        message_id = self._queued(sender, text, recipients)
        self._receive(sender, message_id, text, recipients)
        took = f"sent, {1000 * (time.monotonic() - began):.0f} ms"
        self._script(sender, text, recipients)
        self._print(sender, text, recipients, took)

    def _write(self, sender: Actor, text: str, recipient: Actor) -> tuple[Actor, str, str, Actor]:
        """Write what is to wait: what `_arrives` takes."""
        message_id = self._queued(sender, text, (recipient,))
        (line,) = sender.ask(f"/history {recipient.name} -n 1", "history")
        if (line["id"], line["status"]) != (message_id, "pending"):
            raise Mismatch(f"{sender.name}'s history does not hold it as pending: {line}")
        self._print(sender, text, (recipient,), "pending")
        return sender, message_id, text, recipient

    def _arrives(self, message: tuple[Actor, str, str, Actor]) -> None:
        """What waited arrives."""
        sender, message_id, text, recipient = message
        self._receive(sender, message_id, text, (recipient,))
        self._script(sender, text, (recipient,))
        self._print(sender, text, (recipient,), "sent")

    def _queued(self, sender: Actor, text: str, recipients: tuple[Actor, ...]) -> str:
        names = [recipient.name for recipient in recipients]
        sender.do(f"/msg {','.join(names)} {text}")
        return str(sender.expect("queued", to=names)["id"])

    def _receive(self, sender: Actor, message_id: str, text: str, recipients: tuple[Actor, ...]) -> None:
        names = [recipient.name for recipient in recipients]
        for recipient in recipients:
            facts = {"id": message_id, "from": sender.name, "to": names, "text": text}
            recipient.expect("message", **facts)
            sender.expect("sent", id=message_id, to=recipient.name)

    def _script(self, sender: Actor, text: str, recipients: tuple[Actor, ...]) -> None:
        names = tuple(recipient.name for recipient in recipients)
        sender.script.append((sender.name, names, text, "sent"))
        for recipient in recipients:
            recipient.script.append((sender.name, names, text, "received"))

    def _print(self, sender: Actor, text: str, recipients: tuple[Actor, ...], status: str) -> None:
        whom = f"{sender.name} → {', '.join(recipient.name for recipient in recipients)}"
        print(f"   {whom:<21} {status:<12} {text}", flush=True)
