"""Hypothesis drives the world: schedules with faults, starting from busy states.

Each rule of a fault lets some things happen first, since faults matter in the middle of something: a
machine whose rules were all single steps missed half of the planted faults.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.simulation.world import World

NAMES = ("alice", "bob", "carol")
MANY_STEPS = 300  # without an end where somebody who is blocked dials again and again

names = st.sampled_from(NAMES)
pairs = st.permutations(NAMES).map(lambda order: (order[0], order[1]))
choices = st.integers(0, 1 << 16)
some_steps = st.lists(choices, max_size=12)
audiences = st.permutations(NAMES).flatmap(
    lambda order: st.integers(1, 2).map(lambda count: (order[0], tuple(order[1 : 1 + count])))
)


class Schedule(RuleBasedStateMachine):
    """Any schedule; after it all is healed, and everything must have arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(seed=choices, written=st.lists(audiences, min_size=1, max_size=6), steps=some_steps)
    def busy(self, seed: int, written: list[tuple[str, tuple[str, ...]]], steps: list[int]) -> None:
        self.world = World(seed)
        for writer, recipients in written:
            self.world.compose(writer, recipients)
        self._run(steps)

    @rule(audience=audiences, steps=some_steps)
    def write(self, audience: tuple[str, tuple[str, ...]], steps: list[int]) -> None:
        self.world.compose(*audience)
        self._run(steps)

    @rule(steps=st.lists(choices, min_size=5, max_size=40))
    def run(self, steps: list[int]) -> None:
        self._run(steps)

    @rule(pair=pairs, steps=some_steps)
    def dial_at_once(self, pair: tuple[str, str], steps: list[int]) -> None:
        one, other = pair
        self.world.dial(one, other)
        self._run(steps)
        self.world.dial(other, one)

    @rule(steps=some_steps, name=names)
    def kill(self, steps: list[int], name: str) -> None:
        self._run(steps)
        self.world.kill(name)

    @rule(steps=some_steps, name=names)
    def kill_and_start(self, steps: list[int], name: str) -> None:
        self.kill(steps, name)
        self.world.start(name)

    @rule(steps=some_steps, name=names, done=st.booleans())
    def fail_commit(self, steps: list[int], name: str, done: bool) -> None:
        self._run(steps)
        self.world.fail_commit(name, done=done)

    @rule(steps=some_steps, choice=choices, losing=st.booleans())
    def cut(self, steps: list[int], choice: int, losing: bool) -> None:
        self._run(steps)
        self.world.cut(choice, losing=losing)

    @rule(steps=some_steps, choice=choices, seconds=st.sampled_from((0.03, 20.0, 50.0)))
    def silence(self, steps: list[int], choice: int, seconds: float) -> None:
        self._run(steps)
        self.world.silence(choice)
        self.world.pass_time(seconds)

    @rule(steps=some_steps, name=names, hidden=st.booleans())
    def hide_or_show(self, steps: list[int], name: str, hidden: bool) -> None:
        self._run(steps)
        self.world.set_hidden(name, hidden)

    @rule(steps=some_steps, pair=pairs, blocked=st.booleans())
    def block_or_unblock(self, steps: list[int], pair: tuple[str, str], blocked: bool) -> None:
        self._run(steps)
        self.world.set_blocked(pair[0], pair[1], blocked)

    @rule(audience=audiences, some=st.integers(0, 40), hide=st.booleans())
    def refuse_in_the_middle(self, audience: tuple[str, tuple[str, ...]], some: int, hide: bool) -> None:
        writer, recipients = audience
        self.world.compose(*audience)
        self.world.run_on(some)
        if hide:
            self.world.set_hidden(recipients[0], True)
        else:
            self.world.set_blocked(writer, recipients[0], True)
        self.world.run_on(some)

    @rule(steps=some_steps, name=names)
    def snapshot(self, steps: list[int], name: str) -> None:
        self._run(steps)
        self.world.snapshot(name)

    @rule(audience=audiences, steps=some_steps, back=names)
    def write_and_set_back(self, audience: tuple[str, tuple[str, ...]], steps: list[int], back: str) -> None:
        self.world.snapshot(back)
        self.write(audience, steps)
        self.world.restore(back)

    @rule(first=audiences, again=st.booleans(), back=st.booleans())
    def arrive_and_set_back(self, first: tuple[str, tuple[str, ...]], again: bool, back: bool) -> None:
        writer, recipients = first
        whose = writer if back else recipients[0]
        self.world.snapshot(whose)
        self.world.compose(*first)
        self.world.run_on(MANY_STEPS)
        self.world.pass_time(0.03)
        self.world.run_on(MANY_STEPS)
        self.world.restore(whose)
        if again:
            self.world.compose(*first)
            self.world.run_on(MANY_STEPS)

    @rule(steps=some_steps, name=names, age=st.integers(0, 2))
    def set_back(self, steps: list[int], name: str, age: int) -> None:
        self._run(steps)
        self.world.restore(name, age)

    @rule(steps=some_steps, name=names)
    def move(self, steps: list[int], name: str) -> None:
        self._run(steps)
        self.world.move(name)

    @rule(steps=some_steps, seconds=st.sampled_from((0.03, 20.0)))
    def wait(self, steps: list[int], seconds: float) -> None:
        self._run(steps)
        self.world.pass_time(seconds)

    @invariant()
    def holds(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.world.heal()

    def _run(self, steps: list[int]) -> None:
        for choice in steps:
            self.world.step(choice)
