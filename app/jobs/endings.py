"""How a job ends: once, with what the rooms have to do about it in the same transaction."""

from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.texts import later, say
from app.jobs.hooks import finished_hooks
from app.jobs.models import Job, JobStatus, StageStatus
from app.jobs.repository import JobRepository

WORDS = {JobStatus.COMPLETED: later("Done"), JobStatus.CANCELLED: later("Cancelled")}
STAGE_ENDS = {JobStatus.CANCELLED: StageStatus.CANCELLED, JobStatus.FAILED: StageStatus.FAILED}


def close_job(session: Session, job: Job, status: JobStatus, error: str | None = None) -> None:
    """End an active job and run its kind's `on_finished` hooks; whatever held it loses its power.

    `error` says in words why a failed one failed. The caller keeps the job's row from other writers.
    """
    close_quietly(session, job, status, error)
    for hook in finished_hooks(job.kind):
        hook(session, job)


def close_quietly(session: Session, job: Job, status: JobStatus, error: str | None = None) -> None:
    """End an active job without telling the rooms: for them to use when they purge what it is about."""
    job.status, job.completed_at = status, now()
    job.claim_token, job.error_message = None, error
    job.message = (error or WORDS.get(status) or say("Failed"))[:500]
    if status == JobStatus.COMPLETED:
        job.progress, job.current_stage = 100, None
    for stage in JobRepository(session).stages(job.id):
        if stage.status == StageStatus.RUNNING:
            stage.status, stage.completed_at = STAGE_ENDS[status], job.completed_at
    # The hooks, and whoever asks in this unit, must see the job ended.
    session.flush()
