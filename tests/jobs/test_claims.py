"""Only who holds a job's claim may write for it, and a job is not tried for ever."""

import pytest

from app.jobs import claims
from app.jobs.claims import ClaimLost, Crowded
from app.jobs.failures import Failure
from app.jobs.models import JobStatus, StageStatus
from app.jobs.registry import on_finished, on_stage_failed, stage
from app.jobs.repository import JobRepository, Progress
from app.jobs.service import JobService
from tests.jobs.conftest import House


def test_a_worker_with_an_old_token_changes_nothing(house: House) -> None:
    job = house.enqueue()
    asleep = house.take(job)
    house.do(claims.begin, asleep, "one")
    awake = house.take(job, "worker-2")
    house.do(claims.begin, awake, "one")

    for write in (
        lambda: house.do(claims.begin, asleep, "two"),
        lambda: house.do(claims.end, asleep, "one", StageStatus.DONE),
        lambda: house.do(claims.fail, asleep, "one", Failure("No.")),
        lambda: house.do(claims.write_log, asleep, "one", "info", "Still here"),
        lambda: house.do(claims.annotate, asleep, "one", {"engine": "old"}),
        lambda: house.do(claims.hand_back, asleep),
        lambda: house.do(claims.cancel, asleep),
        lambda: house.do(claims.finish, asleep),
    ):
        with pytest.raises(ClaimLost):
            write()

    assert (house.job(job).status, house.job(job).worker_id) == (JobStatus.RUNNING, "worker-2")
    assert house.stages(job)["one"].status == StageStatus.RUNNING
    assert house.log(job) == ["The worker died during “one”; the stage starts again."]


def test_progress_with_an_old_token_is_not_written(house: House) -> None:
    job = house.enqueue()
    asleep = house.take(job)
    house.take(job, "worker-2")

    told = Progress("one", 50, 12, "half")
    written = house.do(lambda session: JobRepository(session).write_progress(job.id, asleep.token, told))

    assert written is False
    assert (house.job(job).progress, house.stages(job)["one"].progress) == (0, 0)


def test_progress_is_written_on_the_job_and_its_stage(house: House) -> None:
    job = house.enqueue()
    claim = house.take(job)

    told = Progress("one", 50, 12, "half")
    written = house.do(lambda session: JobRepository(session).write_progress(job.id, claim.token, told))

    assert written is True
    assert (house.job(job).progress, house.job(job).message) == (12, "half")
    assert (house.stages(job)["one"].progress, house.stages(job)["one"].message) == (50, "half")


def test_a_job_whose_worker_died_three_times_in_one_stage_fails_and_says_so(house: House) -> None:
    ended = []
    on_finished("trio")(lambda session, job: ended.append(job.status))
    job = house.enqueue()
    for _ in range(3):
        house.do(claims.begin, house.take(job), "one")

    assert house.do(claims.take, job.public_id, 1, "worker-2") is None

    failed = house.job(job)
    assert failed.status == JobStatus.FAILED
    assert failed.error_message == "The worker died three times during “one”. It is not tried again by itself."
    assert (house.stages(job)["one"].deaths, ended) == (3, [JobStatus.FAILED])


def test_a_retry_forgives_the_deaths(house: House) -> None:
    job = house.enqueue()
    for _ in range(4):
        claim = house.do(claims.take, job.public_id, 1, "worker-1")
        if claim is not None:
            house.do(claims.begin, claim, "one")

    house.ask(JobService.retry, job)

    assert house.stages(job)["one"].deaths == 0
    assert house.take(house.job(job)).attempt == 2


def test_deaths_in_different_stages_do_not_add_up(house: House) -> None:
    job = house.enqueue()
    for name in ("one", "two", "three"):
        house.do(claims.begin, house.take(job), name)
        claim = house.take(job)
        house.do(claims.begin, claim, name)
        house.do(claims.end, claim, name, StageStatus.DONE)

    assert house.job(job).status == JobStatus.RUNNING
    assert [stage.deaths for stage in house.stages(job).values()] == [1, 1, 1]


def test_a_job_handed_back_counts_no_attempt_and_no_death(house: House) -> None:
    job = house.enqueue()
    claim = house.take(job)
    house.do(claims.begin, claim, "one")

    house.do(claims.hand_back, claim)

    back = house.job(job)
    assert (back.status, back.attempt, back.claim_token, back.worker_id) == (JobStatus.QUEUED, 1, None, None)
    assert (house.stages(job)["one"].status, house.stages(job)["one"].deaths) == (StageStatus.WAITING, 0)


@pytest.mark.parametrize("attempt", [0, 2])
def test_another_attempt_of_the_job_takes_nothing(house: House, attempt: int) -> None:
    job = house.enqueue()

    assert house.do(claims.take, job.public_id, attempt, "worker-1") is None
    assert house.job(job).status == JobStatus.QUEUED


def test_a_job_that_is_gone_takes_nothing(house: House) -> None:
    job = house.enqueue()
    house.do(lambda session: JobRepository(session).delete(job.id))

    assert house.do(claims.take, job.public_id, 1, "worker-1") is None


def test_a_job_to_be_cancelled_is_not_taken_up_again(house: House) -> None:
    job = house.enqueue()
    house.do(claims.begin, house.take(job), "one")
    house.beat()
    house.ask(JobService.cancel, job)

    assert house.do(claims.take, job.public_id, 1, "worker-2") is None
    assert house.job(job).status == JobStatus.CANCELLED


def test_a_stage_begins_where_those_done_before_it_end(house: House) -> None:
    job = house.enqueue()
    claim = house.take(job)
    house.do(claims.begin, claim, "one")
    house.do(claims.end, claim, "one", StageStatus.DONE)

    share = house.do(claims.begin, claim, "two")

    assert (share.start, share.width) == (25, 50)
    assert house.job(job).progress == 25


def test_a_done_stage_is_not_begun_again(house: House) -> None:
    job = house.enqueue()
    claim = house.take(job)
    house.do(claims.begin, claim, "one")
    house.do(claims.end, claim, "one", StageStatus.SKIPPED, "Install the model.")

    assert house.do(claims.begin, claim, "one") is None
    assert house.stages(job)["one"].message == "Install the model."


def test_only_one_heavy_stage_runs_for_one_recording(house: House) -> None:
    stage("one", heavy=True)(nothing)
    first, second, other = house.enqueue(media_id=7), house.enqueue(media_id=7), house.enqueue(media_id=8)
    house.beat()
    house.do(claims.begin, house.take(first), "one")

    waiting = house.take(second)
    with pytest.raises(Crowded):
        house.do(claims.begin, waiting, "one")

    assert house.do(claims.begin, house.take(other), "one") is not None
    assert house.do(claims.begin, waiting, "two") is not None


def test_a_heavy_stage_of_a_dead_worker_keeps_nobody_waiting(house: House) -> None:
    stage("one", heavy=True)(nothing)
    first, second = house.enqueue(media_id=7), house.enqueue(media_id=7)
    house.do(claims.begin, house.take(first), "one")

    assert house.do(claims.begin, house.take(second, "worker-2"), "one") is not None


def test_a_failure_tells_the_rooms_about_the_stage_and_the_job(house: House) -> None:
    told = []
    on_stage_failed("trio")(lambda session, job, stage: told.append((stage.name, stage.status)))
    on_finished("trio")(lambda session, job: told.append((job.status, job.error_message)))
    job = house.enqueue()
    claim = house.take(job)
    house.do(claims.begin, claim, "one")

    house.do(claims.fail, claim, "one", Failure("It broke.", {"log_tail": "line 1"}))

    assert told == [("one", StageStatus.FAILED), (JobStatus.FAILED, "It broke.")]


async def nothing(context: object) -> None:
    """A stage that does nothing."""
