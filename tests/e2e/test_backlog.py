"""The sender is killed with a thousand messages pending, and again while they go out."""

import time
from collections.abc import Callable

from tests.processes import Client

PENDING = 1000
START: dict[str, object] = {"altered": {}}


def test_a_thousand_pending_outlive_kills(client: Callable[..., Client]) -> None:
    alice, bob = client("alice", **START), client("bob", **START)
    bob.do("/add alice")  # a stranger may leave a hundred
    bob.quit()
    texts = [f"message {number}" for number in range(PENDING)]
    for text in texts:
        alice.type(f"/msg bob {text}")
    for _ in texts:
        alice.event("queued")
    alice.kill()
    alice, bob = client("alice", **START), client("bob", **START)
    bob.event("message", text=texts[100])
    alice.kill()
    both_up_at = time.monotonic()
    alice = client("alice", **START)
    bob.event("message", text=texts[-1])
    print(f"{PENDING} delivered {time.monotonic() - both_up_at:.2f} s after the start")
    assert bob.texts() == texts
    alice.do("/msg bob last")
    alice.event("sent", id=alice.event("queued")["id"])
    assert [line["text"] for line in bob.history("alice")] == [*texts, "last"]
    alice.quit()
    alice = client("alice", **START)
    assert {line["status"] for line in alice.history("bob")} == {"sent"}
