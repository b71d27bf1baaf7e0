"""What the holder of a job's claim may write: each verb touches the job's row by its token, or nothing."""

import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.words import lasts
from app.jobs.endings import close_job, close_quietly
from app.jobs.engines import engine_of
from app.jobs.failures import Failure
from app.jobs.hooks import stage_failed_hooks
from app.jobs.models import Job, JobStage, JobStatus, ProcessingLog, StageStatus
from app.jobs.repository import JobRepository, WorkerRepository
from app.pipelines import HEAVY, STAGE_WORDS

FINISHED = (StageStatus.DONE, StageStatus.SKIPPED)


class ClaimLost(Exception):
    """Somebody else holds the job now, or nobody: whatever was to be written is not."""


class Crowded(Exception):
    """Another job is busy with a heavy stage on the same recording; ask again."""


@dataclass(frozen=True)
class Claim:
    """One execution's hold on a job; every take-over makes a new token and ends the old one's power."""

    id: int
    public_id: uuid.UUID
    kind: str
    name: str
    project_id: int | None
    media_id: int | None
    clip_id: int | None
    created_by: int | None
    params: dict[str, Any]
    attempt: int
    token: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """A running stage's part of its job, in percent points: where it begins and how many it has."""

    start: float
    width: float


def take(session: Session, public_id: uuid.UUID, attempt: int, worker_id: str) -> Claim | None:
    """Take the job under a new token, or return None where there is nothing (more) to do for this attempt.

    A stage that was running belonged to a worker that died: its deaths are counted, and the job fails
    at the last one it may have.
    """
    jobs = JobRepository(session)
    job = jobs.lock(public_id)
    if job is None or job.attempt != attempt or not job.is_active:
        return None
    stages = jobs.stages(job.id)
    if job.cancel_requested_at is not None:
        close_job(session, job, JobStatus.CANCELLED)
        return None
    if not _survives_deaths(session, job, stages):
        return None
    moment = now()
    job.status, job.worker_id, job.claim_token = JobStatus.RUNNING, worker_id, secrets.token_hex(16)
    job.heartbeat_at, job.started_at = moment, job.started_at or moment
    return _claim(job, job.claim_token, stages)


def hold(session: Session, claim: Claim) -> None:
    """Keep the job's row for this unit; raises `ClaimLost` when the token no longer holds it."""
    if not JobRepository(session).hold(claim.id, claim.token):
        raise ClaimLost(f"job {claim.id} was taken over or ended")


def is_open(session: Session, claim: Claim) -> bool:
    """Say whether this attempt is still to be done, whoever holds it."""
    job = session.get(Job, claim.id)
    return job is not None and job.attempt == claim.attempt and job.is_active


def begin(session: Session, claim: Claim, name: str) -> Share | None:
    """Mark a stage as running and return its share of the job; None where it is done already.

    Raises `Crowded` while another job is busy with a heavy stage on the same recording.
    """
    _make_room(session, claim, name)
    hold(session, claim)
    stages = JobRepository(session).stages(claim.id)
    stage = _stage(stages, name)
    if stage.status in FINISHED:
        return None
    stage.status, stage.started_at, stage.completed_at = StageStatus.RUNNING, now(), None
    stage.progress, stage.message = 0, None
    stage.engine, stage.engine_version = engine_of(name)
    stage.params_json, stage.peak_memory_bytes = None, None
    job = _job(session, claim)
    job.current_stage, job.message = name, None
    whole = sum(each.weight for each in stages) or 1
    before = sum(each.weight for each in stages if each.status in FINISHED)
    return Share(100 * before / whole, 100 * stage.weight / whole)


def end(session: Session, claim: Claim, name: str, status: StageStatus, words: str | None = None) -> None:
    """Mark a stage as done or skipped, with the words that say what a skipped one would need."""
    hold(session, claim)
    jobs = JobRepository(session)
    stages = jobs.stages(claim.id)
    stage = _stage(stages, name)
    _close_stage(stage, status, words)
    job = _job(session, claim)
    whole = sum(each.weight for each in stages) or 1
    job.progress = round(100 * sum(each.weight for each in stages if each.status in FINISHED) / whole)
    job.message = words
    jobs.write_log(_line(job, stage, words or f"Done in {_seconds(stage)}."))


def fail(session: Session, claim: Claim, name: str, failure: Failure) -> None:
    """End the stage and its job as failed, with the hooks of the rooms in the same transaction."""
    hold(session, claim)
    fail_stage(session, _job(session, claim), _stage(JobRepository(session).stages(claim.id), name), failure)


def fail_quietly(session: Session, claim: Claim, name: str, failure: Failure) -> None:
    """End the stage and its job as failed without the rooms' hooks, where one of those went wrong."""
    hold(session, claim)
    job, stage = _job(session, claim), _stage(JobRepository(session).stages(claim.id), name)
    _write_failure(session, job, stage, failure)
    close_quietly(session, job, JobStatus.FAILED, failure.words)


def fail_stage(session: Session, job: Job, stage: JobStage, failure: Failure) -> None:
    """End a stage and its job as failed; the caller holds the job."""
    _write_failure(session, job, stage, failure)
    for hook in stage_failed_hooks(job.kind):
        hook(session, job, stage)
    close_job(session, job, JobStatus.FAILED, failure.words)


def cancel(session: Session, claim: Claim) -> None:
    """End the job as cancelled, because somebody asked."""
    hold(session, claim)
    close_job(session, _job(session, claim), JobStatus.CANCELLED)


def finish(session: Session, claim: Claim) -> None:
    """End the job as completed."""
    hold(session, claim)
    close_job(session, _job(session, claim), JobStatus.COMPLETED)


def hand_back(session: Session, claim: Claim) -> None:
    """Put the job back in the queue as if this worker had never taken it: no attempt, no death is counted."""
    hold(session, claim)
    job = _job(session, claim)
    job.status, job.claim_token, job.worker_id = JobStatus.QUEUED, None, None
    job.message = "The worker was stopped; the next one goes on from here."
    for stage in JobRepository(session).stages(claim.id):
        if stage.status == StageStatus.RUNNING:
            stage.status, stage.progress = StageStatus.WAITING, 0


def annotate(session: Session, claim: Claim, name: str, facts: dict[str, Any]) -> None:
    """Write on a stage what made its result: engine, engine_version, params_json, peak_memory_bytes."""
    hold(session, claim)
    stage = _stage(JobRepository(session).stages(claim.id), name)
    for column, value in facts.items():
        setattr(stage, column, value)


def write_log(session: Session, claim: Claim, name: str, level: str, message: str) -> None:
    """Add a line to the job's log."""
    hold(session, claim)
    stage = _stage(JobRepository(session).stages(claim.id), name)
    JobRepository(session).write_log(_line(_job(session, claim), stage, message, level=level))


def _survives_deaths(session: Session, job: Job, stages: list[JobStage]) -> bool:
    for stage in stages:
        if stage.status != StageStatus.RUNNING:
            continue
        stage.deaths += 1
        if stage.deaths >= job.max_attempts:
            words = f"The worker died {_times(stage.deaths)} during “{_said(stage)}”. It is not tried again by itself."
            fail_stage(session, job, stage, Failure(words))
            return False
        words = f"The worker died during “{_said(stage)}”; the stage starts again."
        JobRepository(session).write_log(_line(job, stage, words, level="warning"))
        stage.status, stage.progress = StageStatus.WAITING, 0
    return True


def _make_room(session: Session, claim: Claim, name: str) -> None:
    if name not in HEAVY or claim.media_id is None:
        return
    # A job whose worker is dead is busy only on paper, and must not keep the living waiting.
    alive = [worker.executor_id for worker in WorkerRepository(session).alive()]
    if JobRepository(session).runs_elsewhere(claim.id, claim.media_id, HEAVY, alive):
        raise Crowded(f"another job works on media {claim.media_id}")


def _claim(job: Job, token: str, stages: list[JobStage]) -> Claim:
    return Claim(
        id=job.id,
        public_id=job.public_id,
        kind=job.kind,
        name=job.name,
        project_id=job.project_id,
        media_id=job.media_id,
        clip_id=job.clip_id,
        created_by=job.created_by,
        params=dict(job.params_json),
        attempt=job.attempt,
        token=token,
        stages=tuple(stage.name for stage in stages),
    )


def _job(session: Session, claim: Claim) -> Job:
    job = session.get(Job, claim.id, populate_existing=True)
    assert job is not None, "its row was touched a moment ago"
    return job


def _stage(stages: list[JobStage], name: str) -> JobStage:
    return next(stage for stage in stages if stage.name == name)


def _write_failure(session: Session, job: Job, stage: JobStage, failure: Failure) -> None:
    _close_stage(stage, StageStatus.FAILED, failure.words)
    line = _line(job, stage, failure.words, level="error")
    line.error_details = failure.details or None
    JobRepository(session).write_log(line)


def _close_stage(stage: JobStage, status: StageStatus, words: str | None) -> None:
    stage.status, stage.message, stage.completed_at = status, words[:500] if words else None, now()
    if status == StageStatus.DONE:
        stage.progress = 100
    if status == StageStatus.SKIPPED:
        stage.engine, stage.engine_version = None, None


def _line(job: Job, stage: JobStage, message: str, *, level: str = "info") -> ProcessingLog:
    took = stage.completed_at - stage.started_at if stage.completed_at and stage.started_at else None
    return ProcessingLog(
        job_id=job.id,
        stage=stage.name,
        agent_name=job.worker_id,
        status=stage.status,
        level=level,
        message=message,
        duration_ms=round(took.total_seconds() * 1000) if took else None,
        attempt=job.attempt,
    )


def _seconds(stage: JobStage) -> str:
    assert stage.started_at is not None and stage.completed_at is not None
    seconds = (stage.completed_at - stage.started_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else lasts(seconds)


def _said(stage: JobStage) -> str:
    return STAGE_WORDS.get(stage.name, stage.name)


def _times(count: int) -> str:
    return {1: "once", 2: "twice", 3: "three times"}.get(count, f"{count} times")
