"""A claimed job runs its stages in order, to whatever end they come."""

import asyncio
import errno
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.errors import Invalid, Unavailable
from app.jobs import claims
from app.jobs.context import StageContext, StageSkipped
from app.jobs.models import Job, JobStatus, ProcessingLog, StageStatus
from app.jobs.registry import on_finished, on_stage_failed, stage
from app.jobs.runner import Runner
from app.jobs.service import JobService
from tests.jobs.conftest import House
from tests.jobs.stages import failing, nothing, rename, stages


def test_stages_run_in_order_and_the_job_is_completed(house: House) -> None:
    done = stages()
    job = house.enqueue()

    house.run(job)

    assert done == ["one", "two", "three"]
    ended = house.job(job)
    assert (ended.status, ended.progress, ended.claim_token) == (JobStatus.COMPLETED, 100, None)
    assert ended.completed_at is not None


def test_what_rooms_do_at_the_end_is_in_the_closing_transaction(house: House) -> None:
    stages()
    on_finished("trio")(lambda session, job: rename(session, job.id, "Renamed at the end"))
    job = house.enqueue()

    house.run(job)

    assert house.job(job).name == "Renamed at the end"


def test_a_job_whose_end_goes_wrong_fails_with_words(house: House) -> None:
    stages()

    @on_finished("trio")
    def refuse(session: Session, job: Job) -> None:
        raise Invalid("The recording has no frames.")

    job = house.enqueue()
    house.run(job)

    assert (house.job(job).status, house.job(job).error_message) == (JobStatus.FAILED, "The recording has no frames.")


def test_a_failing_stage_ends_the_job_with_its_words_and_log(house: House) -> None:
    done = stages(two=failing(Invalid("There is no sound in it.")))
    job = house.enqueue()

    house.run(job)

    assert done == ["one", "two"]
    assert (house.job(job).status, house.job(job).error_message) == (JobStatus.FAILED, "There is no sound in it.")
    assert [each.status for each in house.stages(job).values()] == ["done", "failed", "waiting"]
    assert house.log(job)[-1] == "There is no sound in it."


def test_an_error_nobody_foresaw_keeps_its_traceback_off_the_screen(house: House) -> None:
    stages(one=failing(ZeroDivisionError("secret")))
    job = house.enqueue()

    house.run(job)

    line = house.do(lambda session: session.scalar(sa.select(ProcessingLog).where(ProcessingLog.level == "error")))
    assert "secret" not in str(house.job(job).error_message)
    assert "ZeroDivisionError: secret" in line.error_details["log_tail"]


def test_a_retry_skips_what_is_done(house: House) -> None:
    done = stages(two=failing(Invalid("Not today.")))
    job = house.enqueue()
    house.run(job)

    house.ask(JobService.retry, job)
    house.run(house.job(job))

    assert done == ["one", "two", "two"]


def test_a_stage_nobody_knows_fails_with_words(house: House) -> None:
    job = house.enqueue()

    house.run(job)

    assert house.job(job).error_message == "This worker does not know how to do “one”. Update it, then retry."


def test_a_skipped_stage_says_what_would_be_needed_and_the_job_goes_on(house: House) -> None:
    stages(two=failing(StageSkipped("Install a speech model.")))
    job = house.enqueue()

    house.run(job)

    assert house.job(job).status == JobStatus.COMPLETED
    skipped = house.stages(job)["two"]
    assert (skipped.status, skipped.message) == (StageStatus.SKIPPED, "Install a speech model.")


def test_a_retry_tries_a_skipped_stage_again(house: House) -> None:
    done = stages(two=failing(StageSkipped("Install a speech model.")), three=failing(Invalid("No.")))
    job = house.enqueue()
    house.run(job)

    house.ask(JobService.retry, job)
    house.run(house.job(job))

    assert done == ["one", "two", "three", "two", "three"]


def test_a_stage_starts_again_when_the_database_comes_back(house: House) -> None:
    tries = []

    async def outage(context: StageContext) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("Not just now.")

    stages(two=outage)
    job = house.enqueue()
    house.run(job)

    assert (len(tries), house.job(job).status) == (3, JobStatus.COMPLETED)


def test_a_database_that_stays_away_fails_the_stage(house: House) -> None:
    stages(two=failing(Unavailable("The database does not answer.")))
    job = house.enqueue()

    house.run(job)

    assert house.job(job).error_message == "The database does not answer."


def test_a_full_disk_is_said_in_words(house: House) -> None:
    stages(one=failing(OSError(errno.ENOSPC, "No space left on device")))
    job = house.enqueue()

    house.run(job)

    assert house.job(job).error_message == "The disk is full. Free some space, then retry."


def test_a_crowded_stage_begins_when_the_other_one_ends(house: House) -> None:
    stage("one", heavy=True)(nothing)
    stages_left = {"two": nothing, "three": nothing}
    for name, function in stages_left.items():
        stage(name)(function)
    first, second = house.enqueue(media_id=7), house.enqueue(media_id=7)
    house.beat()
    busy = house.take(first, "worker-1")
    house.do(claims.begin, busy, "one")

    waiting = []

    async def end_first(runner: Runner) -> None:
        await asyncio.sleep(0.1)
        waiting.append((await asyncio.to_thread(house.stages, second))["one"].status)
        await asyncio.to_thread(house.do, claims.end, busy, "one", StageStatus.DONE)

    house.run(second, end_first)

    assert waiting == [StageStatus.WAITING]
    assert house.job(second).status == JobStatus.COMPLETED


def test_a_failing_hook_does_not_keep_a_failed_job_open(house: House) -> None:
    stages(one=failing(Invalid("First trouble.")))

    @on_stage_failed("trio")
    def trouble(session: Session, job: Job, stage: object) -> None:
        raise RuntimeError("second trouble")

    job = house.enqueue()
    house.run(job)

    assert (house.job(job).status, house.job(job).error_message) == (JobStatus.FAILED, "First trouble.")


def test_folders_of_jobs_that_do_not_run_are_swept(house: House, tmp_path: Path) -> None:
    ended, at_work = house.enqueue(), house.enqueue()
    house.take(at_work)
    for job in (ended, at_work):
        (house.settings.instance / "work" / f"{job.public_id}.1.0badcafe").mkdir(parents=True)

    house.sweep()

    assert [path.name for path in (house.settings.instance / "work").iterdir()] == [f"{at_work.public_id}.1.0badcafe"]
