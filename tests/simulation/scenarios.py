"""Schedules that chance would take too long to find."""

from itertools import product

from tests.simulation.world import Violated, World

CROSSINGS = 200
STEPS_TO_DELIVER = 30  # a few more than it takes


def crossing_dials() -> None:
    """Both dial before they know of each other: whatever comes first, one link is left, and nobody dials again."""
    for seed in range(CROSSINGS):
        world = World(seed, names=("alice", "bob"))
        world.compose("alice", ("bob",))
        world.compose("bob", ("alice",))
        for person in world.people.values():
            person.commit()
        world.dial("alice", "bob")
        world.run_on(seed % 12)
        world.dial("bob", "alice")
        world.come_to_rest()
        links = [person.process.wires for person in world.people.values() if person.process]
        wires = {id(wire) for held in links for _, wire, _ in held.values()}
        if world.dials != 2 or len(wires) != 1 or any(len(held) != 1 for held in links):
            raise Violated(f"crossing dials, seed {seed}: {world.dials} dials, {len(wires)} links left")
        world.heal()


def refused_in_the_middle() -> None:
    """The recipient hides, or blocks the writer, after any step of a delivery."""
    for steps, hides in product(range(STEPS_TO_DELIVER), (True, False)):
        world = World(1, names=("alice", "bob"))
        world.compose("alice", ("bob",))
        world.run_on(steps)
        if hides:
            world.set_hidden("bob", True)
        else:
            world.set_blocked("alice", "bob", True)
        world.run_on(STEPS_TO_DELIVER)
        world.heal()


def recipient_set_back() -> None:
    """What was sent is not held any more; the next message brings it again."""
    world = World(1, names=("alice", "bob"))
    world.snapshot("bob")
    for _ in range(2):
        world.compose("alice", ("bob",))
        _settle(world)
    world.restore("bob")
    world.compose("alice", ("bob",))
    world.heal()


def two_timelines() -> None:
    """Both databases are set back, then the writer's to a copy from the time that never was."""
    world = World(1, names=("alice", "bob"))
    world.compose("alice", ("bob",))
    _settle(world)
    world.snapshot("alice")
    world.snapshot("bob")
    world.compose("alice", ("bob",))
    _settle(world)
    world.snapshot("alice")  # has two, both sent
    world.restore("bob")  # holds one
    world.restore("alice", age=1)  # has one
    world.compose("alice", ("bob",))
    _settle(world)  # bob holds another second one
    world.restore("alice")
    world.heal()


def mark_lost() -> None:
    """An ACK is not marked, for the database was away; the link goes on, and it is marked later all the same."""
    world = World(1, names=("alice", "bob"))
    world.compose("alice", ("bob",))
    world.come_to_rest()
    world.pass_time(0.03)
    world.fail_commit("alice", done=False)
    world.come_to_rest()
    world.pass_time(1.1)
    world.come_to_rest()
    if world.dials != 1 or not world.all_sent():
        raise Violated("told as sent, and marked as pending for as long as the link lasts")


def _settle(world: World) -> None:
    world.come_to_rest()
    world.pass_time(0.03)
    world.come_to_rest()


SCENARIOS = (recipient_set_back, refused_in_the_middle, two_timelines, mark_lost, crossing_dials)
