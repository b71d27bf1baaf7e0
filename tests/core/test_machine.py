"""Services and plain Python do the same, whatever the order: some hundred steps here, all of them in `make torture`."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.machine import Machine
from tests.torture.tally import tally

# `make torture` asks for 13,000 and more.
SAMPLE, SAMPLE_ON_SERVERS = 300, 100
STEPS = int(os.environ.get("RUSHES_STEPS", str(SAMPLE)))
STEPS_OF_A_RUN = 100


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_services_and_model_stay_alike_step_by_step(url: str) -> None:
    machine = type("MachineHere", (Machine,), {"url": url, "tried": 0})
    steps = STEPS if url.startswith("sqlite") or STEPS > SAMPLE else SAMPLE_ON_SERVERS
    with tally(f"steps of services against a model, {url.split(':')[0].split('+')[0]}") as row:
        row.bad = 1
        while machine.tried < steps:
            run_state_machine_as_test(machine, settings=runs(steps))  # type: ignore[no-untyped-call]
        row.tried, row.bad = machine.tried, 0


def runs(steps: int) -> settings:
    return settings(
        max_examples=max(1, min(steps, 2000) // STEPS_OF_A_RUN),
        stateful_step_count=STEPS_OF_A_RUN,
        deadline=None,
        # Each torture goes other ways; the small sample is the same each time.
        derandomize=STEPS <= SAMPLE,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
