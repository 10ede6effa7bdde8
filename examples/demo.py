#!/usr/bin/env python3
"""The demo, `make demo`: a registry and three clients on this machine, and nothing is left of them afterwards.

In a terminal you are alice, at the real prompt, and bob and carol are bots. Without one a scripted
conversation is played by real clients and printed; the exit code is 0 only if all of it arrived.
"""

import re
import signal
import subprocess
import sys
import threading
import time

from bot import CLIENT, ChatClient
from conversation import Conversation, Mismatch
from stage import Stage

LIMIT_S = 50.0

INTRODUCTION = """\
You are alice. bob and carol are bots: programs of their own, on their own ports, each with its own database.
Things to type:

    /msg bob who are you?          write to one            /query bob,carol   then plain lines go to both
    /hide, write, then /show       see it wait             /history           see what became of it
    /contacts  /who  /status       look round              /help   /quit      all commands, and the way out
"""


class Guest:
    """A bot of the demo: answers by the first word it knows, and greets alice when she comes."""

    def __init__(self, greeting: str, answers: dict[str, str], otherwise: str) -> None:
        self._greeting = greeting
        self._answers = answers
        self._otherwise = otherwise

    def serve(self, client: ChatClient) -> None:
        """Owns the events of one client until it ends. Whoever is not alice is a bot too: no answer."""
        greeting = self._greeting
        for event in client:
            match event:
                case {"event": "presence", "name": "alice", "online": True} if greeting:
                    client.send(["alice"], greeting)
                    greeting = ""
                case {"event": "message", "kind": "text", "from": "alice", "text": text}:
                    client.send(["alice"], self.answer(text))

    def answer(self, text: str) -> str:
        """What to say to that."""
        words = re.findall(r"\w+", text.lower())
        for word in words:
            if word in self._answers:
                return self._answers[word].format(time=time.strftime("%H:%M"))
        return self._otherwise.format(text=text, count=len(words))


BOB = Guest(
    "Hello alice! Ask me who I am, or where, or how this works.",
    {
        "who": "bob, a bot of the demo. I read JSON from my own client.py, and write commands back.",
        "where": "In a process next door. Your words came straight to me: the registry only told you my port.",
        "how": "Your client dialled mine with TLS 1.3. It says 'sent' when your message is on my disk.",
        "hide": "Try it: /hide, write to me, /show. It waits as pending in your database meanwhile.",
        "hello": "Hello again! carol is here too: /query bob,carol writes to both of us.",
        "hi": "Hi! carol is here too: /query bob,carol writes to both of us.",
        "thanks": "You are welcome.",
        "bye": "Bye! /quit is the way out.",
    },
    "You said “{text}”. I know: who, where, how, hide.",
)
CAROL = Guest(
    "Hi alice, carol here. I tell the time and count words.",
    {
        "who": "carol. Also a bot, but I can count.",
        "time": "It is {time}.",
        "hello": "Hello! Shall I count your words?",
        "hi": "Hi! Shall I count your words?",
        "thanks": "Any time.",
        "bye": "See you. /quit is the way out.",
    },
    "That made {count} words. Ask me for the time, if you like.",
)


def main() -> int:
    """Run the one or the other; the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        with Stage() as stage:
            if sys.stdin.isatty() and sys.stdout.isatty():
                return converse(stage)
            return play(stage)
    except KeyboardInterrupt:
        return 130


def converse(stage: Stage) -> int:
    """Alice is whoever sits at the terminal."""
    print("One moment: a registry, bob and carol are starting …", flush=True)
    guests = [(stage.client("bob"), BOB), (stage.client("carol"), CAROL)]
    for client, _ in guests:
        next(iter(client))  # "ready": they can be found
    alice = [sys.executable, str(CLIENT), *stage.flags("alice")]
    subprocess.run([*alice, "-c", "/add bob", "-c", "/add carol"], check=True, stdout=subprocess.DEVNULL)
    threads = [threading.Thread(target=guest.serve, args=(client,), daemon=True) for client, guest in guests]
    for (client, _), thread in zip(guests, threads, strict=True):
        client.command("/add alice")
        thread.start()
    print(f"\n{INTRODUCTION}")
    with subprocess.Popen(alice) as prompt:
        try:
            return prompt.wait()
        finally:
            prompt.terminate()


def play(stage: Stage) -> int:
    """The scripted conversation, within LIMIT_S."""
    overdue = threading.Timer(LIMIT_S, stage.kill_clients)
    overdue.daemon = True
    overdue.start()
    print("A registry and three people, each a program of its own on this machine.", flush=True)
    try:
        Conversation(stage).play()
    except (Mismatch, BrokenPipeError) as error:
        late = "" if overdue.is_alive() else f" It took longer than {LIMIT_S:.0f} s."
        print(f"\nThe demo failed: {error}{late}", file=sys.stderr)
        return 1
    finally:
        overdue.cancel()
    return 0


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
