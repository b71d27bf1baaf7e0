"""What a job is doing, in words."""

from datetime import timedelta

from app.core.clock import now
from app.jobs.models import Job, JobStatus
from app.jobs.words import eta, stage_words


def running(silent_for: timedelta) -> Job:
    began = now() - timedelta(minutes=10)
    facts = {"heartbeat_at": now() - silent_for, "started_at": began, "current_stage": "probe", "progress": 50}
    return Job(kind="ingest", status=JobStatus.RUNNING, **facts)


def test_a_job_that_is_well_tells_its_stage_and_how_long() -> None:
    job = running(timedelta(seconds=20))

    assert "step 1 of" in stage_words(job)
    assert eta(job) == "about 10 min left"


def test_a_job_without_news_says_so_and_promises_nothing() -> None:
    job = running(timedelta(minutes=3, seconds=5))

    assert stage_words(job) == "No news for 3 min"
    assert eta(job) is None
