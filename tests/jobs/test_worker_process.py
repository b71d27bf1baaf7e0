"""A real worker process does jobs, gives them back when it is stopped, and is replaced when it dies."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.db import session_scope
from app.jobs.models import JobStatus, StageStatus
from app.jobs.repository import JobRepository, WorkerRepository
from app.jobs.service import JobService
from tests.jobs.drill import Drill, drill, wait_until

# Each begins workers, and waits for what they do.
pytestmark = pytest.mark.slow


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Drill]:
    with drill(tmp_path) as one:
        yield one


def test_a_stopped_worker_hands_its_jobs_back_and_is_gone_within_ten_seconds(yard: Drill) -> None:
    worker = yard.start_worker()
    [id] = yard.enqueue(1, "drill_endless")
    wait_until(lambda: yard.job(id).progress > 0, within_s=20)

    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    code = worker.wait(timeout=15)

    assert (code, time.monotonic() - began < 10) == (0, True)
    back = yard.job(id)
    assert (back.status, back.attempt, back.worker_id) == (JobStatus.QUEUED, 1, None)
    with session_scope() as session:
        assert [stage.deaths for stage in JobRepository(session).stages(id)] == [0]
        assert WorkerRepository(session).roster() == []
    assert list((yard.settings.instance / "work").iterdir()) == []


def test_a_job_handed_back_is_done_by_the_next_worker(yard: Drill) -> None:
    first = yard.start_worker()
    [id] = yard.enqueue(1, "drill_endless")
    wait_until(lambda: yard.job(id).progress > 0, within_s=20)
    first.send_signal(signal.SIGTERM)
    first.wait(timeout=15)

    yard.start_worker()

    wait_until(lambda: yard.job(id).status == JobStatus.RUNNING, within_s=20)
    assert yard.job(id).attempt == 1


def test_a_job_of_a_killed_worker_is_taken_over_and_cancelled_within_two_seconds(yard: Drill) -> None:
    first = yard.start_worker()
    [id] = yard.enqueue(1, "drill_endless")
    wait_until(lambda: yard.job(id).progress > 0, within_s=20)
    died_with = yard.job(id).worker_id
    yard.kill(first)

    yard.start_worker()
    wait_until(lambda: yard.job(id).worker_id != died_with and yard.job(id).progress > 0, within_s=30)
    running = yard.job(id)
    with session_scope() as session:
        JobService(session).cancel(running)
    took_s = wait_until(lambda: yard.job(id).status == JobStatus.CANCELLED, within_s=10)

    assert took_s < 2
    with session_scope() as session:
        assert [stage.deaths for stage in JobRepository(session).stages(id)] == [1]


def test_a_poisonous_job_is_given_up_after_three_deaths(yard: Drill) -> None:
    [id] = yard.enqueue(1, "drill_endless")
    yard.allow_deaths(id, 3)
    for deaths in range(3):
        worker = yard.start_worker()
        # Only a stage that had begun again dies with its worker.
        wait_until(lambda deaths=deaths: yard.stands(id) == (StageStatus.RUNNING, deaths), within_s=60)
        yard.kill(worker)

    yard.start_worker()

    wait_until(lambda: yard.job(id).status == JobStatus.FAILED, within_s=90)
    assert "died three times" in str(yard.job(id).error_message)
