"""Ask for work, try again, cancel, put out of sight: what people do with jobs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import session_scope
from app.core.errors import Conflict, Invalid
from app.jobs import claims, engine
from app.jobs.failures import Failure
from app.jobs.hooks import on_finished
from app.jobs.models import Job, JobStatus, StageStatus, Worker
from app.jobs.service import NO_WORKER, PAUSED, JobService, place_in_line
from tests.jobs.conftest import Yard


def test_a_job_is_enqueued_with_its_stages_and_its_workflow(yard: Yard) -> None:
    job = yard.enqueue(media_id=7, params={"width": 640})

    assert (job.status, job.attempt, job.params_json) == (JobStatus.QUEUED, 1, {"width": 640})
    assert [(name, stage.weight) for name, stage in yard.stages(job).items()] == [("one", 1), ("two", 2), ("three", 1)]
    workflow = yard.workflow(job)
    assert workflow is not None and workflow.status == "ENQUEUED"


def test_a_rollback_enqueues_nothing(yard: Yard) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), session_scope() as session:
        job = JobService(session).enqueue("trio", project_id=1, name="Lost")
        raise RuntimeError("on purpose")

    assert yard.do(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Job))) == 0
    assert yard.workflow(job) is None


def test_an_active_job_with_the_same_key_is_returned(yard: Yard) -> None:
    first = yard.enqueue(idempotency_key="ingest:7")
    second = yard.enqueue(idempotency_key="ingest:7")

    assert second.id == first.id


def test_an_ended_job_gives_its_key_up(yard: Yard) -> None:
    first = yard.enqueue(idempotency_key="ingest:7")
    yard.ask(JobService.cancel, first)

    second = yard.enqueue(idempotency_key="ingest:7")

    assert second.id != first.id
    assert yard.job(first).idempotency_key is None


def test_enqueueing_the_same_attempt_twice_is_harmless(yard: Yard) -> None:
    job = yard.enqueue()

    yard.do(engine.enqueue, job)

    workflow = yard.workflow(job)
    assert workflow is not None and workflow.status == "ENQUEUED"


def test_a_retry_is_a_new_attempt_that_keeps_what_is_done(yard: Yard) -> None:
    job = failed_in_two(yard)

    yard.ask(JobService.retry, job)

    again = yard.job(job)
    assert (again.status, again.attempt, again.error_message) == (JobStatus.QUEUED, 2, None)
    assert [stage.status for stage in yard.stages(job).values()] == ["done", "waiting", "waiting"]
    workflow = yard.workflow(again)
    assert workflow is not None and workflow.status == "ENQUEUED"


def test_a_retry_from_a_stage_does_that_one_again(yard: Yard) -> None:
    job = failed_in_two(yard)

    yard.ask(JobService.retry, job, "one")

    assert [stage.status for stage in yard.stages(job).values()] == ["waiting", "waiting", "waiting"]
    assert yard.job(job).progress == 0


def test_a_retry_from_a_stage_it_does_not_have_is_refused(yard: Yard) -> None:
    job = failed_in_two(yard)

    with pytest.raises(Invalid, match="no stage “four”"):
        yard.ask(JobService.retry, job, "four")


def test_an_active_job_is_not_retried(yard: Yard) -> None:
    job = yard.enqueue()

    with pytest.raises(Conflict, match="still at work"):
        yard.ask(JobService.retry, job)


def test_a_waiting_job_is_cancelled_at_once(yard: Yard) -> None:
    ended = []
    on_finished("trio")(lambda session, job: ended.append(job.status))
    job = yard.enqueue()

    yard.ask(JobService.cancel, job)

    assert yard.job(job).status == JobStatus.CANCELLED
    assert ended == [JobStatus.CANCELLED]
    workflow = yard.workflow(job)
    assert workflow is not None and workflow.status == "CANCELLED"


def test_the_worker_of_a_running_job_is_asked_to_cancel_it(yard: Yard) -> None:
    job = running(yard)
    yard.beat()

    yard.ask(JobService.cancel, job)

    asked = yard.job(job)
    assert asked.status == JobStatus.RUNNING
    assert asked.cancel_requested_at is not None


def test_a_running_job_without_a_living_worker_is_cancelled_at_once(yard: Yard) -> None:
    job = running(yard)

    yard.ask(JobService.cancel, job)

    assert yard.job(job).status == JobStatus.CANCELLED
    assert yard.stages(job)["one"].status == StageStatus.CANCELLED


def test_an_ended_job_is_not_cancelled(yard: Yard) -> None:
    job = failed_in_two(yard)

    with pytest.raises(Conflict, match="ended already"):
        yard.ask(JobService.cancel, job)


def test_an_ended_job_is_put_out_of_sight(yard: Yard) -> None:
    job = failed_in_two(yard)

    yard.ask(JobService.dismiss, job)

    assert yard.job(job).dismissed_at is not None


def test_an_active_job_stays_in_sight(yard: Yard) -> None:
    job = yard.enqueue()

    with pytest.raises(Conflict, match="Cancel it first"):
        yard.ask(JobService.dismiss, job)


def test_a_purge_ends_every_active_job_about_the_media_without_telling_rooms(yard: Yard) -> None:
    told = []
    on_finished("trio")(lambda session, job: told.append(job.id))
    waiting, other = yard.enqueue(media_id=7), yard.enqueue(media_id=8)
    at_work = running(yard, media_id=7)
    yard.beat()

    count = yard.ask(JobService.purge_for, media_id=7)

    assert (count, told) == (2, [])
    assert yard.job(waiting).status == yard.job(at_work).status == JobStatus.CANCELLED
    assert yard.job(at_work).claim_token is None
    assert yard.job(other).status == JobStatus.QUEUED


def test_a_waiting_job_says_that_no_worker_runs(yard: Yard) -> None:
    job = yard.enqueue()

    assert yard.ask(JobService.waiting_reason, job) == NO_WORKER


def test_a_worker_silent_for_twenty_seconds_does_not_count(yard: Yard) -> None:
    job = yard.enqueue()
    old = now() - timedelta(seconds=21)
    yard.do(lambda session: session.add(Worker(executor_id="x", host="h", pid=1, heartbeat_at=old, started_at=old)))

    assert yard.ask(JobService.waiting_reason, job) == NO_WORKER


def test_a_waiting_job_says_its_place_in_line(yard: Yard) -> None:
    yard.beat()
    later, sooner = yard.enqueue(), yard.enqueue(priority=5)
    last = yard.enqueue(priority=200)

    reasons = yard.ask(JobService.waiting_reasons, [later, sooner, last])

    assert reasons == {later.id: "2nd in line", sooner.id: "Next in line", last.id: "3rd in line"}


def test_a_paused_queue_is_the_reason_to_wait(yard: Yard) -> None:
    yard.beat()
    job = yard.enqueue()

    yard.ask(JobService.pause)
    paused = yard.ask(JobService.waiting_reason, job)
    yard.ask(JobService.unpause, 2)

    assert paused == PAUSED
    assert yard.ask(JobService.waiting_reason, job) == "Next in line"


def test_a_running_job_waits_for_nothing(yard: Yard) -> None:
    job = running(yard)

    assert yard.ask(JobService.waiting_reason, yard.job(job)) is None


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(0, "Next in line"), (1, "2nd in line"), (2, "3rd in line"), (10, "11th in line"), (21, "22nd in line")],
)
def test_places_in_line_read_like_english(ahead: int, words: str) -> None:
    assert place_in_line(ahead) == words


def running(yard: Yard, **changes: object) -> Job:
    """Return a job whose first stage runs on a worker."""
    job = yard.enqueue(**changes)
    yard.do(claims.begin, yard.take(job), "one")
    return job


def failed_in_two(yard: Yard) -> Job:
    """Return a job whose first stage is done and whose second failed."""
    job = yard.enqueue()
    claim = yard.take(job)
    yard.do(claims.begin, claim, "one")
    yard.do(claims.end, claim, "one", StageStatus.DONE)
    yard.do(claims.begin, claim, "two")
    yard.do(claims.fail, claim, "two", Failure("It broke."))
    return job
