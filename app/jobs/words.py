"""What a job is doing, in words for the screen."""

from datetime import datetime, timedelta

from app.core.clock import now
from app.core.texts import say
from app.jobs.lists import ListedJob
from app.jobs.models import Job, JobStatus
from app.jobs.repository import STALLED_AFTER
from app.pipelines import PIPELINES, STAGE_WORDS

# An estimate earlier than this only misleads.
ETA_AFTER_S = 20
ETA_AFTER_PERCENT = 10
ONE_MINUTE = timedelta(minutes=1)


def stage_words(job: Job | ListedJob) -> str:
    """Return what the job does now: "Making pictures, step 2 of 6", or where it stands."""
    if job.status is JobStatus.QUEUED:
        return say("Waiting")
    if job.status is JobStatus.RUNNING and (silent := silence(job)):
        return silent
    if job.status is JobStatus.RUNNING and job.current_stage:
        stages = list(PIPELINES.get(job.kind, {}))
        words = STAGE_WORDS.get(job.current_stage, job.current_stage)
        if job.current_stage not in stages:
            return words
        step = stages.index(job.current_stage) + 1
        return say("%(words)s, step %(step)s of %(steps)s", words=words, step=step, steps=len(stages))
    return {
        JobStatus.FAILED: say("Failed"),
        JobStatus.CANCELLED: say("Cancelled"),
        JobStatus.COMPLETED: say("Done"),
    }.get(job.status, say("Starting"))


def silence(job: Job | ListedJob, moment: datetime | None = None) -> str | None:
    """Say how long a running job has given no sign of life, from two minutes on; None for one that is well."""
    if job.status is not JobStatus.RUNNING or job.heartbeat_at is None:
        return None
    silent = (moment or now()) - job.heartbeat_at
    return say("No news for %(value)s min", value=silent // ONE_MINUTE) if silent >= STALLED_AFTER else None


def eta(job: Job | ListedJob, moment: datetime | None = None) -> str | None:
    """Return about how long a running job still needs, rounded up; None before it can be known."""
    if job.status is not JobStatus.RUNNING or job.started_at is None or silence(job, moment):
        return None
    spent = ((moment or now()) - job.started_at).total_seconds()
    if job.progress <= 0 or (job.progress < ETA_AFTER_PERCENT and spent < ETA_AFTER_S):
        return None
    left = spent * (100 - job.progress) / job.progress
    if left < 60:
        return say("about %(seconds)s s left", seconds=max(5, round(left / 5) * 5))
    return say("about %(minutes)s min left", minutes=f"{round(left / 60):,}")
