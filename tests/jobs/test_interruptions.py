"""A job ends early and cleanly when that is asked, or when it is somebody else's."""

import asyncio
import time
from collections.abc import Callable

import pytest

from app.core.errors import Unavailable
from app.jobs import claims, ledger
from app.jobs.context import StageContext
from app.jobs.hooks import on_finished
from app.jobs.models import JobStatus
from app.jobs.runner import Runner
from app.jobs.service import JobService
from tests.jobs.conftest import Yard
from tests.jobs.stages import forever, rename, stages, when_running


def test_a_cancelled_job_ends_within_two_seconds_and_leaves_no_files(yard: Yard) -> None:
    stages(two=forever)
    work = yard.settings.instance / "work"
    left_at_the_end = []
    on_finished("trio")(lambda session, job: left_at_the_end.extend(work.iterdir()))
    job = yard.enqueue()
    asked_at = []

    async def cancel(runner: Runner) -> None:
        watching = asyncio.create_task(runner.watch())
        await asyncio.to_thread(yard.beat)
        await asyncio.to_thread(yard.ask, JobService.cancel, job)
        asked_at.append(time.monotonic())
        await runner.executions[0].over.wait()
        watching.cancel()

    yard.run(job, when_running(cancel))

    assert time.monotonic() - asked_at[0] < 2
    assert yard.job(job).status == JobStatus.CANCELLED
    assert [each.status for each in yard.stages(job).values()] == ["done", "cancelled", "waiting"]
    assert left_at_the_end == list(work.iterdir()) == []


def test_a_stage_whose_job_was_taken_over_is_ended_and_writes_nothing(yard: Yard) -> None:
    stages(two=forever)
    job = yard.enqueue()

    async def take_over(runner: Runner) -> None:
        await asyncio.to_thread(yard.take, job, "worker-2")
        await runner.look()

    is_over = yard.run(job, when_running(take_over))

    assert not is_over
    assert (yard.job(job).status, yard.job(job).worker_id) == (JobStatus.RUNNING, "worker-2")


def test_an_attempt_that_lost_its_claim_once_can_be_run_to_its_end(yard: Yard) -> None:
    runs = []

    async def lose_once(context: StageContext) -> None:
        runs.append(context.job.token)
        if len(runs) == 1:
            await asyncio.to_thread(yard.take, job, "worker-2")
        await context.save(rename, job.id, "Saved")

    stages(two=lose_once)
    job = yard.enqueue()
    first_is_over = yard.run(job)
    second_is_over = yard.run(job)

    assert (first_is_over, second_is_over) == (False, True)
    assert (yard.job(job).status, yard.job(job).name) == (JobStatus.COMPLETED, "Saved")


def test_a_claim_lost_at_the_very_end_leaves_the_attempt_to_its_new_holder(yard: Yard) -> None:
    stages()
    job = yard.enqueue()
    insist = ledger.Ledger.insist

    async def late(self: ledger.Ledger, verb: Callable[..., object], *args: object) -> object:
        if verb is claims.finish:
            await asyncio.to_thread(yard.take, job, "worker-2")
        return await insist(self, verb, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.Ledger, "insist", late)
        is_over = yard.run(job)

    assert not is_over
    assert (yard.job(job).status, yard.job(job).worker_id) == (JobStatus.RUNNING, "worker-2")


def test_a_job_purged_under_its_stage_is_over_for_the_engine_too(yard: Yard) -> None:
    stages(two=forever)
    job = yard.enqueue(media_id=7)

    async def purge(runner: Runner) -> None:
        await asyncio.to_thread(yard.ask, JobService.purge_for, media_id=7)
        await runner.look()

    is_over = yard.run(job, when_running(purge))

    assert is_over
    assert yard.job(job).status == JobStatus.CANCELLED


def test_a_stopping_worker_hands_its_job_back(yard: Yard) -> None:
    stages(two=forever)
    job = yard.enqueue()

    is_over = yard.run(job, when_running(lambda runner: runner.stop(5)))

    assert not is_over
    back = yard.job(job)
    assert (back.status, back.attempt) == (JobStatus.QUEUED, 1)
    assert [(each.status, each.deaths) for each in yard.stages(job).values()] == [
        ("done", 0),
        ("waiting", 0),
        ("waiting", 0),
    ]


def test_a_stage_broken_off_from_within_fails(yard: Yard) -> None:
    async def give_up(context: StageContext) -> None:
        raise asyncio.CancelledError

    stages(two=give_up)
    job = yard.enqueue()
    yard.run(job)

    assert yard.job(job).error_message == "It was broken off from within."


def test_a_job_whose_end_cannot_be_written_is_left_pending(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(ledger, "WAITS_S", (0, 0))
    monkeypatch.setattr(claims, "end", gone)
    monkeypatch.setattr(claims, "fail", gone)
    stages()
    job = yard.enqueue()

    is_over = yard.run(job)

    assert not is_over
    assert yard.job(job).status == JobStatus.RUNNING
