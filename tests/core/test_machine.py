"""Services and plain Python do the same, whatever the order: some hundred steps here, all of them in `make torture`."""

import os
import time

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.machine import Machine

# `make torture` asks for 13,000 and more.
STEPS = int(os.environ.get("RUSHES_STEPS", "300"))
STEPS_OF_A_RUN = 100
RUNS = settings(
    max_examples=max(1, min(STEPS, 2000) // STEPS_OF_A_RUN),
    stateful_step_count=STEPS_OF_A_RUN,
    deadline=None,
    # Each torture goes other ways; the small sample is the same each time.
    derandomize=STEPS <= 300,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_services_and_model_stay_alike_step_by_step(url: str) -> None:
    started = time.perf_counter()
    machine = type("MachineHere", (Machine,), {"url": url, "tried": 0})
    while machine.tried < STEPS:
        run_state_machine_as_test(machine, settings=RUNS)  # type: ignore[no-untyped-call]

    kind = url.split(":")[0].split("+")[0]
    print(f"machine-{kind} tried={machine.tried} bad=0 seconds={time.perf_counter() - started:.1f}")
