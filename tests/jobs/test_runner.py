"""A claimed job runs its stages in order, to whatever end they come."""

import asyncio
import errno
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.errors import Invalid, Unavailable
from app.jobs import claims
from app.jobs.context import StageContext, StageSkipped
from app.jobs.hooks import on_finished, on_stage_failed
from app.jobs.models import Job, JobStatus, ProcessingLog, StageStatus
from app.jobs.registry import stage
from app.jobs.runner import Runner
from app.jobs.service import JobService
from tests.jobs.conftest import Yard
from tests.jobs.stages import failing, nothing, rename, stages


def test_stages_run_in_order_and_the_job_is_completed(yard: Yard) -> None:
    done = stages()
    job = yard.enqueue()

    yard.run(job)

    assert done == ["one", "two", "three"]
    ended = yard.job(job)
    assert (ended.status, ended.progress, ended.claim_token) == (JobStatus.COMPLETED, 100, None)
    assert ended.completed_at is not None


def test_what_rooms_do_at_the_end_is_in_the_closing_transaction(yard: Yard) -> None:
    stages()
    on_finished("trio")(lambda session, job: rename(session, job.id, "Renamed at the end"))
    job = yard.enqueue()

    yard.run(job)

    assert yard.job(job).name == "Renamed at the end"


def test_a_job_whose_end_goes_wrong_fails_with_words(yard: Yard) -> None:
    stages()

    @on_finished("trio")
    def refuse(session: Session, job: Job) -> None:
        raise Invalid("The recording has no frames.")

    job = yard.enqueue()
    yard.run(job)

    assert (yard.job(job).status, yard.job(job).error_message) == (JobStatus.FAILED, "The recording has no frames.")


def test_a_failing_stage_ends_the_job_with_its_words_and_log(yard: Yard) -> None:
    done = stages(two=failing(Invalid("There is no sound in it.")))
    job = yard.enqueue()

    yard.run(job)

    assert done == ["one", "two"]
    assert (yard.job(job).status, yard.job(job).error_message) == (JobStatus.FAILED, "There is no sound in it.")
    assert [each.status for each in yard.stages(job).values()] == ["done", "failed", "waiting"]
    assert yard.log(job)[-1] == "There is no sound in it."


def test_an_error_nobody_foresaw_keeps_its_traceback_off_the_screen(yard: Yard) -> None:
    stages(one=failing(ZeroDivisionError("secret")))
    job = yard.enqueue()

    yard.run(job)

    line = yard.do(lambda session: session.scalar(sa.select(ProcessingLog).where(ProcessingLog.level == "error")))
    assert "secret" not in str(yard.job(job).error_message)
    assert "ZeroDivisionError: secret" in line.error_details["log_tail"]


def test_a_retry_skips_what_is_done(yard: Yard) -> None:
    done = stages(two=failing(Invalid("Not today.")))
    job = yard.enqueue()
    yard.run(job)

    yard.ask(JobService.retry, job)
    yard.run(yard.job(job))

    assert done == ["one", "two", "two"]


def test_a_stage_nobody_knows_fails_with_words(yard: Yard) -> None:
    job = yard.enqueue()

    yard.run(job)

    assert yard.job(job).error_message == "This worker does not know how to do “one”. Update it, then retry."


def test_a_skipped_stage_says_what_would_be_needed_and_the_job_goes_on(yard: Yard) -> None:
    stages(two=failing(StageSkipped("Install a speech model.")))
    job = yard.enqueue()

    yard.run(job)

    assert yard.job(job).status == JobStatus.COMPLETED
    skipped = yard.stages(job)["two"]
    assert (skipped.status, skipped.message) == (StageStatus.SKIPPED, "Install a speech model.")


def test_a_retry_tries_a_skipped_stage_again(yard: Yard) -> None:
    done = stages(two=failing(StageSkipped("Install a speech model.")), three=failing(Invalid("No.")))
    job = yard.enqueue()
    yard.run(job)

    yard.ask(JobService.retry, job)
    yard.run(yard.job(job))

    assert done == ["one", "two", "three", "two", "three"]


def test_a_stage_starts_again_when_the_database_comes_back(yard: Yard) -> None:
    tries = []

    async def outage(context: StageContext) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("Not just now.")

    stages(two=outage)
    job = yard.enqueue()
    yard.run(job)

    assert (len(tries), yard.job(job).status) == (3, JobStatus.COMPLETED)


def test_a_database_that_stays_away_fails_the_stage(yard: Yard) -> None:
    stages(two=failing(Unavailable("The database does not answer.")))
    job = yard.enqueue()

    yard.run(job)

    assert yard.job(job).error_message == "The database does not answer."


def test_a_full_disk_is_said_in_words(yard: Yard) -> None:
    stages(one=failing(OSError(errno.ENOSPC, "No space left on device")))
    job = yard.enqueue()

    yard.run(job)

    assert yard.job(job).error_message == "The disk is full. Free some space, then retry."


def test_a_crowded_stage_begins_when_the_other_one_ends(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "HEAVY", {"one"})
    stages_left = {"one": nothing, "two": nothing, "three": nothing}
    for name, function in stages_left.items():
        stage(name)(function)
    first, second = yard.enqueue(media_id=7), yard.enqueue(media_id=7)
    yard.beat()
    busy = yard.take(first, "worker-1")
    yard.do(claims.begin, busy, "one")

    waiting = []

    async def end_first(runner: Runner) -> None:
        await asyncio.sleep(0.1)
        waiting.append((await asyncio.to_thread(yard.stages, second))["one"].status)
        await asyncio.to_thread(yard.do, claims.end, busy, "one", StageStatus.DONE)

    yard.run(second, end_first)

    assert waiting == [StageStatus.WAITING]
    assert yard.job(second).status == JobStatus.COMPLETED


def test_a_failing_hook_does_not_keep_a_failed_job_open(yard: Yard) -> None:
    stages(one=failing(Invalid("First trouble.")))

    @on_stage_failed("trio")
    def trouble(session: Session, job: Job, stage: object) -> None:
        raise RuntimeError("second trouble")

    job = yard.enqueue()
    yard.run(job)

    assert (yard.job(job).status, yard.job(job).error_message) == (JobStatus.FAILED, "First trouble.")


def test_folders_of_jobs_that_do_not_run_are_swept(yard: Yard, tmp_path: Path) -> None:
    ended, at_work = yard.enqueue(), yard.enqueue()
    yard.take(at_work)
    for job in (ended, at_work):
        (yard.settings.instance / "work" / f"{job.public_id}.1.0badcafe").mkdir(parents=True)

    yard.sweep()

    assert [path.name for path in (yard.settings.instance / "work").iterdir()] == [f"{at_work.public_id}.1.0badcafe"]
