"""The promise: exactly once and in order, or still pending; sent means on the recipient's disk."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import effort
from tests.simulation.faults import FAULTS, Fault
from tests.simulation.machine import Schedule
from tests.simulation.scenarios import SCENARIOS

BOUNDS = settings(
    max_examples=effort.SIMULATION_EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,  # nothing but the seed decides what is run
    derandomize=False,
)
HUNT = settings(BOUNDS, max_examples=1000, phases=[Phase.generate], derandomize=True, report_multiple_bugs=False)


@seed(effort.SEED)
class FreshSchedule(Schedule):
    """Schedules that nobody has tried yet; the same ones for the same seed."""


def test_any_schedule_keeps_the_promise() -> None:
    run_state_machine_as_test(FreshSchedule, settings=BOUNDS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario(scenario: Callable[[], None]) -> None:
    scenario()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_broken_rule_is_noticed(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
        _everything()


def _everything() -> None:
    for scenario in SCENARIOS:
        scenario()
    run_state_machine_as_test(Schedule, settings=HUNT)
