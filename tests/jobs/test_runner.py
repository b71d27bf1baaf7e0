"""A claimed job runs its stages in order, and ends early and cleanly when that is asked."""

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.errors import Invalid, Unavailable
from app.jobs import claims, ledger, progress, runner
from app.jobs.async_repository import AsyncJobRepository
from app.jobs.claims import ClaimLost
from app.jobs.context import StageContext, StageSkipped
from app.jobs.models import Job, JobStatus, ProcessingLog, StageStatus
from app.jobs.registry import StageFunction, on_finished, on_stage_failed, stage
from app.jobs.runner import Runner
from app.jobs.service import JobService
from tests.jobs.conftest import House


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "OUTAGE_WAITS_S", (0, 0))
    monkeypatch.setattr(runner, "CROWDED_WAIT_S", 0.01)


def stages(**functions: StageFunction) -> list[str]:
    """Register the trio's stages, those not named doing nothing, and return the list they note their names in."""
    done: list[str] = []

    def noting(name: str, function: StageFunction) -> StageFunction:
        async def run(context: StageContext) -> None:
            done.append(name)
            await function(context)

        return run

    for name in ("one", "two", "three"):
        stage(name)(noting(name, functions.get(name, nothing)))
    return done


async def nothing(context: StageContext) -> None:
    """A stage that does nothing."""


async def forever(context: StageContext) -> None:
    (context.work_dir / "half").write_text("not done")
    await asyncio.Event().wait()


def failing(error: Exception) -> StageFunction:
    async def fail(context: StageContext) -> None:
        raise error

    return fail


def rename(session: Session, job_id: int, name: str) -> str:
    session.get_one(Job, job_id).name = name
    return name


def when_running(act: Callable[[Runner], Awaitable[None]], stage_name: str = "two") -> Callable[..., Awaitable[None]]:
    """Do something as soon as this stage runs."""

    async def meanwhile(runner: Runner) -> None:
        while not any(each.task and each.stage == stage_name for each in runner.executions):
            await asyncio.sleep(0.01)
        await act(runner)

    return meanwhile


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


def test_a_save_after_a_take_over_writes_nothing(house: House) -> None:
    lost = []

    async def save_late(context: StageContext) -> None:
        await asyncio.to_thread(house.take, job, "worker-2")
        try:
            await context.save(rename, job.id, "Too late")
        except ClaimLost:
            lost.append("save")
            raise

    stages(two=save_late)
    job = house.enqueue()
    is_over = house.run(job)

    assert not is_over
    assert lost == ["save"]
    assert house.job(job).name == "Trio"


def test_a_save_returns_what_its_verb_returns(house: House) -> None:
    got = []

    async def save(context: StageContext) -> None:
        got.append(await context.save(rename, context.job.id, name="Saved"))

    stages(one=save)
    house.run(house.enqueue())

    assert got == ["Saved"]


def test_a_stage_completed_with_its_effect_is_done_in_the_same_transaction(house: House) -> None:
    seen = []

    async def complete(context: StageContext) -> None:
        await context.complete(rename, context.job.id, "Completed")
        seen.append((await asyncio.to_thread(house.stages, job))["one"].status)

    stages(one=complete)
    job = house.enqueue()
    house.run(job)

    assert (house.job(job).name, seen) == ("Completed", [StageStatus.DONE])


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


def test_a_full_disk_is_said_in_words(house: House) -> None:
    stages(one=failing(OSError(errno.ENOSPC, "No space left on device")))
    job = house.enqueue()

    house.run(job)

    assert house.job(job).error_message == "The disk is full. Free some space, then retry."


def test_a_stage_broken_off_from_within_fails(house: House) -> None:
    async def give_up(context: StageContext) -> None:
        raise asyncio.CancelledError

    stages(two=give_up)
    job = house.enqueue()
    house.run(job)

    assert house.job(job).error_message == "It was broken off from within."


def test_progress_is_written_at_most_twice_a_second_and_for_the_whole_job(house: House) -> None:
    seen = []

    async def report(context: StageContext) -> None:
        for step in range(50):
            await context.progress(step / 50, f"step {step}")
        await asyncio.sleep(0.1)
        at_work, stages = await asyncio.to_thread(house.job, job), await asyncio.to_thread(house.stages, job)
        seen.append((at_work.progress, at_work.message, stages["two"].progress))

    stages(two=report)
    job = house.enqueue()
    house.run(job)

    assert seen == [(74, "step 49", 98)]


def test_of_much_news_little_is_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.1)
    written = []
    write = AsyncJobRepository.write_progress
    monkeypatch.setattr(
        AsyncJobRepository, "write_progress", lambda self, *args: written.append(args) or write(self, *args)
    )

    async def chatter(context: StageContext) -> None:
        for step in range(100):
            await context.progress(step / 100)
            await asyncio.sleep(0.003)

    stages(two=chatter)
    house.run(house.enqueue())

    assert 2 <= len(written) <= 12


def test_a_note_says_what_made_the_result(house: House) -> None:
    async def note(context: StageContext) -> None:
        await context.add_stage_note(engine="pyav", engine_version="18.1.0", params={"height": 540})
        await context.log("warning", "The file ends early.")

    stages(one=note)
    job = house.enqueue()
    house.run(job)

    one = house.stages(job)["one"]
    assert (one.engine, one.engine_version, one.params_json) == ("pyav", "18.1.0", {"height": 540})
    assert "The file ends early." in house.log(job)


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
