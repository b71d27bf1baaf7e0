"""Only who holds a job's claim may write for it, and a job is not tried for ever."""

import pytest

from app.jobs import claims
from app.jobs.claims import ClaimLost, Crowded
from app.jobs.failures import Failure
from app.jobs.hooks import on_finished, on_stage_failed
from app.jobs.models import JobStatus, StageStatus
from app.jobs.repository import JobRepository, Progress
from app.jobs.service import JobService
from tests.jobs.conftest import Yard


def test_a_worker_with_an_old_token_changes_nothing(yard: Yard) -> None:
    job = yard.enqueue()
    asleep = yard.take(job)
    yard.do(claims.begin, asleep, "one")
    awake = yard.take(job, "worker-2")
    yard.do(claims.begin, awake, "one")

    for write in (
        lambda: yard.do(claims.begin, asleep, "two"),
        lambda: yard.do(claims.end, asleep, "one", StageStatus.DONE),
        lambda: yard.do(claims.fail, asleep, "one", Failure("No.")),
        lambda: yard.do(claims.write_log, asleep, "one", "info", "Still here"),
        lambda: yard.do(claims.annotate, asleep, "one", {"engine": "old"}),
        lambda: yard.do(claims.hand_back, asleep),
        lambda: yard.do(claims.cancel, asleep),
        lambda: yard.do(claims.finish, asleep),
    ):
        with pytest.raises(ClaimLost):
            write()

    assert (yard.job(job).status, yard.job(job).worker_id) == (JobStatus.RUNNING, "worker-2")
    assert yard.stages(job)["one"].status == StageStatus.RUNNING
    assert yard.log(job) == ["The worker died during “one”; the stage starts again."]


def test_progress_with_an_old_token_is_not_written(yard: Yard) -> None:
    job = yard.enqueue()
    asleep = yard.take(job)
    yard.take(job, "worker-2")

    told = Progress("one", 50, 12, "half")
    written = yard.do(lambda session: JobRepository(session).write_progress(job.id, asleep.token, told))

    assert written is False
    assert (yard.job(job).progress, yard.stages(job)["one"].progress) == (0, 0)


def test_progress_is_written_on_the_job_and_its_stage(yard: Yard) -> None:
    job = yard.enqueue()
    claim = yard.take(job)

    told = Progress("one", 50, 12, "half")
    written = yard.do(lambda session: JobRepository(session).write_progress(job.id, claim.token, told))

    assert written is True
    assert (yard.job(job).progress, yard.job(job).message) == (12, "half")
    assert (yard.stages(job)["one"].progress, yard.stages(job)["one"].message) == (50, "half")


def test_a_job_whose_worker_died_three_times_in_one_stage_fails_and_says_so(yard: Yard) -> None:
    ended = []
    on_finished("trio")(lambda session, job: ended.append(job.status))
    job = yard.enqueue()
    for _ in range(3):
        yard.do(claims.begin, yard.take(job), "one")

    assert yard.do(claims.take, job.public_id, 1, "worker-2") is None

    failed = yard.job(job)
    assert failed.status == JobStatus.FAILED
    assert failed.error_message == "The worker died three times during “one”. It is not tried again by itself."
    assert (yard.stages(job)["one"].deaths, ended) == (3, [JobStatus.FAILED])


def test_a_retry_forgives_the_deaths(yard: Yard) -> None:
    job = yard.enqueue()
    for _ in range(4):
        claim = yard.do(claims.take, job.public_id, 1, "worker-1")
        if claim is not None:
            yard.do(claims.begin, claim, "one")

    yard.ask(JobService.retry, job)

    assert yard.stages(job)["one"].deaths == 0
    assert yard.take(yard.job(job)).attempt == 2


def test_deaths_in_different_stages_do_not_add_up(yard: Yard) -> None:
    job = yard.enqueue()
    for name in ("one", "two", "three"):
        yard.do(claims.begin, yard.take(job), name)
        claim = yard.take(job)
        yard.do(claims.begin, claim, name)
        yard.do(claims.end, claim, name, StageStatus.DONE)

    assert yard.job(job).status == JobStatus.RUNNING
    assert [stage.deaths for stage in yard.stages(job).values()] == [1, 1, 1]


def test_a_job_handed_back_counts_no_attempt_and_no_death(yard: Yard) -> None:
    job = yard.enqueue()
    claim = yard.take(job)
    yard.do(claims.begin, claim, "one")

    yard.do(claims.hand_back, claim)

    back = yard.job(job)
    assert (back.status, back.attempt, back.claim_token, back.worker_id) == (JobStatus.QUEUED, 1, None, None)
    assert (yard.stages(job)["one"].status, yard.stages(job)["one"].deaths) == (StageStatus.WAITING, 0)


@pytest.mark.parametrize("attempt", [0, 2])
def test_another_attempt_of_the_job_takes_nothing(yard: Yard, attempt: int) -> None:
    job = yard.enqueue()

    assert yard.do(claims.take, job.public_id, attempt, "worker-1") is None
    assert yard.job(job).status == JobStatus.QUEUED


def test_a_job_that_is_gone_takes_nothing(yard: Yard) -> None:
    job = yard.enqueue()
    yard.do(lambda session: JobRepository(session).delete(job.id))

    assert yard.do(claims.take, job.public_id, 1, "worker-1") is None


def test_a_job_to_be_cancelled_is_not_taken_up_again(yard: Yard) -> None:
    job = yard.enqueue()
    yard.do(claims.begin, yard.take(job), "one")
    yard.beat()
    yard.ask(JobService.cancel, job)

    assert yard.do(claims.take, job.public_id, 1, "worker-2") is None
    assert yard.job(job).status == JobStatus.CANCELLED


def test_a_stage_begins_where_those_done_before_it_end(yard: Yard) -> None:
    job = yard.enqueue()
    claim = yard.take(job)
    yard.do(claims.begin, claim, "one")
    yard.do(claims.end, claim, "one", StageStatus.DONE)

    share = yard.do(claims.begin, claim, "two")

    assert (share.start, share.width) == (25, 50)
    assert yard.job(job).progress == 25


def test_a_done_stage_is_not_begun_again(yard: Yard) -> None:
    job = yard.enqueue()
    claim = yard.take(job)
    yard.do(claims.begin, claim, "one")
    yard.do(claims.end, claim, "one", StageStatus.SKIPPED, "Install the model.")

    assert yard.do(claims.begin, claim, "one") is None
    assert yard.stages(job)["one"].message == "Install the model."


def test_only_one_heavy_stage_runs_for_one_recording(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "HEAVY", {"one"})
    first, second, other = yard.enqueue(media_id=7), yard.enqueue(media_id=7), yard.enqueue(media_id=8)
    yard.beat()
    yard.do(claims.begin, yard.take(first), "one")

    waiting = yard.take(second)
    with pytest.raises(Crowded):
        yard.do(claims.begin, waiting, "one")

    assert yard.do(claims.begin, yard.take(other), "one") is not None
    assert yard.do(claims.begin, waiting, "two") is not None


def test_a_heavy_stage_of_a_dead_worker_keeps_nobody_waiting(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "HEAVY", {"one"})
    first, second = yard.enqueue(media_id=7), yard.enqueue(media_id=7)
    yard.do(claims.begin, yard.take(first), "one")

    assert yard.do(claims.begin, yard.take(second, "worker-2"), "one") is not None


def test_a_failure_tells_the_rooms_about_the_stage_and_the_job(yard: Yard) -> None:
    told = []
    on_stage_failed("trio")(lambda session, job, stage: told.append((stage.name, stage.status)))
    on_finished("trio")(lambda session, job: told.append((job.status, job.error_message)))
    job = yard.enqueue()
    claim = yard.take(job)
    yard.do(claims.begin, claim, "one")

    yard.do(claims.fail, claim, "one", Failure("It broke.", {"log_tail": "line 1"}))

    assert told == [("one", StageStatus.FAILED), (JobStatus.FAILED, "It broke.")]


async def nothing(context: object) -> None:
    """A stage that does nothing."""
