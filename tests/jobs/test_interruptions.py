"""A job ends early and cleanly when that is asked, or when it is somebody else's."""

import asyncio
import time
from collections.abc import Callable

import pytest

from app.core.errors import Unavailable
from app.jobs import claims, ledger
from app.jobs.context import StageContext
from app.jobs.models import JobStatus
from app.jobs.registry import on_finished
from app.jobs.runner import Runner
from app.jobs.service import JobService
from tests.jobs.conftest import House
from tests.jobs.stages import forever, rename, stages, when_running


def test_a_cancelled_job_ends_within_two_seconds_and_leaves_no_files(house: House) -> None:
    stages(two=forever)
    work = house.settings.instance / "work"
    left_at_the_end = []
    on_finished("trio")(lambda session, job: left_at_the_end.extend(work.iterdir()))
    job = house.enqueue()
    asked_at = []

    async def cancel(runner: Runner) -> None:
        watching = asyncio.create_task(runner.watch())
        await asyncio.to_thread(house.beat)
        await asyncio.to_thread(house.ask, JobService.cancel, job)
        asked_at.append(time.monotonic())
        await runner.executions[0].over.wait()
        watching.cancel()

    house.run(job, when_running(cancel))

    assert time.monotonic() - asked_at[0] < 2
    assert house.job(job).status == JobStatus.CANCELLED
    assert [each.status for each in house.stages(job).values()] == ["done", "cancelled", "waiting"]
    assert left_at_the_end == list(work.iterdir()) == []


def test_a_stage_whose_job_was_taken_over_is_ended_and_writes_nothing(house: House) -> None:
    stages(two=forever)
    job = house.enqueue()

    async def take_over(runner: Runner) -> None:
        await asyncio.to_thread(house.take, job, "worker-2")
        await runner.look()

    is_over = house.run(job, when_running(take_over))

    assert not is_over
    assert (house.job(job).status, house.job(job).worker_id) == (JobStatus.RUNNING, "worker-2")


def test_an_attempt_that_lost_its_claim_once_can_be_run_to_its_end(house: House) -> None:
    runs = []

    async def lose_once(context: StageContext) -> None:
        runs.append(context.job.token)
        if len(runs) == 1:
            await asyncio.to_thread(house.take, job, "worker-2")
        await context.save(rename, job.id, "Saved")

    stages(two=lose_once)
    job = house.enqueue()
    first_is_over = house.run(job)
    second_is_over = house.run(job)

    assert (first_is_over, second_is_over) == (False, True)
    assert (house.job(job).status, house.job(job).name) == (JobStatus.COMPLETED, "Saved")


def test_a_claim_lost_at_the_very_end_leaves_the_attempt_to_its_new_holder(house: House) -> None:
    stages()
    job = house.enqueue()
    insist = ledger.Ledger.insist

    async def late(self: ledger.Ledger, verb: Callable[..., object], *args: object) -> object:
        if verb is claims.finish:
            await asyncio.to_thread(house.take, job, "worker-2")
        return await insist(self, verb, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.Ledger, "insist", late)
        is_over = house.run(job)

    assert not is_over
    assert (house.job(job).status, house.job(job).worker_id) == (JobStatus.RUNNING, "worker-2")


def test_a_job_purged_under_its_stage_is_over_for_the_engine_too(house: House) -> None:
    stages(two=forever)
    job = house.enqueue(media_id=7)

    async def purge(runner: Runner) -> None:
        await asyncio.to_thread(house.ask, JobService.purge_for, media_id=7)
        await runner.look()

    is_over = house.run(job, when_running(purge))

    assert is_over
    assert house.job(job).status == JobStatus.CANCELLED


def test_a_stopping_worker_hands_its_job_back(house: House) -> None:
    stages(two=forever)
    job = house.enqueue()

    is_over = house.run(job, when_running(lambda runner: runner.stop(5)))

    assert not is_over
    back = house.job(job)
    assert (back.status, back.attempt) == (JobStatus.QUEUED, 1)
    assert [(each.status, each.deaths) for each in house.stages(job).values()] == [
        ("done", 0),
        ("waiting", 0),
        ("waiting", 0),
    ]


def test_a_stage_broken_off_from_within_fails(house: House) -> None:
    async def give_up(context: StageContext) -> None:
        raise asyncio.CancelledError

    stages(two=give_up)
    job = house.enqueue()
    house.run(job)

    assert house.job(job).error_message == "It was broken off from within."


def test_a_job_whose_end_cannot_be_written_is_left_pending(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(ledger, "WAITS_S", (0, 0))
    monkeypatch.setattr(claims, "end", gone)
    monkeypatch.setattr(claims, "fail", gone)
    stages()
    job = house.enqueue()

    is_over = house.run(job)

    assert not is_over
    assert house.job(job).status == JobStatus.RUNNING
