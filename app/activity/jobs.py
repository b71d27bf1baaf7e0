"""Jobs as their pages show them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.activity.stages import asked_words, made_by
from app.auth.reads import names_of
from app.core.clock import local
from app.core.texts import later, say
from app.core.words import ago, lasts
from app.jobs.models import Job, JobStage, JobStatus, ProcessingLog
from app.jobs.service import job_service
from app.jobs.tries import Try, tries_of
from app.jobs.words import eta, stage_words
from app.media.reads import media_by_ids
from app.pipelines import KIND_WORDS, STAGE_WORDS
from app.projects.reads import projects_by_ids

LOG_LINES = 60
STATUS_WORDS = {
    JobStatus.QUEUED: later("Waiting"),
    JobStatus.RUNNING: later("Running"),
    JobStatus.COMPLETED: later("Done"),
    JobStatus.FAILED: later("Failed"),
    JobStatus.CANCELLED: later("Cancelled"),
}


@dataclass(frozen=True)
class TryRow:
    """One try of a job that was tried more than once."""

    number: int
    started_text: str
    duration_text: str | None
    reason: str | None


@dataclass
class JobRow:
    """One job in a list, and the head of its own page."""

    public_id: UUID
    kind_text: str
    name: str
    name_url: str | None
    object_word: str
    project_name: str | None
    project_slug: str | None
    status: str
    status_text: str
    stage_text: str
    percent: int
    eta: str | None
    reason: str | None
    started_text: str | None
    duration_text: str | None
    worker: str | None
    attempt: int
    max_attempts: int
    can_act: bool
    # False for what ran in a project that is in the trash: admins see the line, and nothing is behind it.
    is_open: bool
    created_text: str = ""
    stages: list["StageRow"] = field(default_factory=list)
    attempts: list[TryRow] = field(default_factory=list)
    log: list[tuple[str, str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class StageRow:
    """One stage of a job; `key` is what the form that starts again from it sends."""

    key: str
    name: str
    status: str
    percent: int
    duration_text: str | None
    engine: str | None
    asked: str
    message: str | None


def job_rows(session: Session, jobs: list[Job], editable: set[int] | None) -> list[JobRow]:
    """Return the lines of these jobs; `editable` holds the projects where the viewer may act, None means all."""
    projects = projects_by_ids(session, (job.project_id for job in jobs))
    media = media_by_ids(session, (job.media_id for job in jobs))
    waiting = job_service(session).waiting_reasons([job for job in jobs if job.status is JobStatus.QUEUED])
    rows = []
    for job in jobs:
        project, recording = projects.get(job.project_id or 0), media.get(job.media_id or 0)
        is_open = project is None or project.deleted_at is None
        there = is_open and recording is not None and recording.deleted_at is None
        rows.append(
            JobRow(
                public_id=job.public_id,
                kind_text=KIND_WORDS.get(job.kind, job.kind),
                name=job.name,
                name_url=f"/m/{recording.public_id}" if there and recording else None,
                object_word="recording",
                project_name=project.name if project else None,
                project_slug=project.slug if project else None,
                status=job.status.value,
                status_text=STATUS_WORDS[job.status],
                stage_text=waiting.get(job.id) or stage_words(job),
                percent=job.progress,
                eta=eta(job),
                reason=job.error_message,
                started_text=ago(job.started_at or job.created_at),
                duration_text=_spent(job.started_at, job.completed_at),
                worker=job.worker_id,
                attempt=job.attempt,
                max_attempts=job.max_attempts,
                can_act=is_open and (editable is None or job.project_id in editable),
                is_open=is_open,
            )
        )
    return rows


def job_page(session: Session, job: Job, can_act: bool) -> JobRow:
    """Return one job with its stages and the end of its log."""
    jobs = job_service(session).jobs
    row = job_rows(session, [job], None)[0]
    people = names_of(session, [job.created_by])
    row.can_act = can_act
    row.created_text = say(
        "Asked for by %(get)s, %(ago)s", get=people.get(job.created_by or 0, "Rushes"), ago=ago(job.created_at)
    )
    row.stages = [_stage(stage) for stage in jobs.stages(job.id)]
    row.attempts = [_try(each) for each in tries_of(session, job)]
    row.log = [_line(line) for line in jobs.log(job.id, limit=LOG_LINES)]
    return row


def _try(each: Try) -> TryRow:
    return TryRow(each.number, ago(each.began), _spent(each.began, each.ended), each.reason)


def _stage(stage: JobStage) -> StageRow:
    return StageRow(
        key=stage.name,
        name=STAGE_WORDS.get(stage.name, stage.name),
        status=stage.status.value,
        percent=stage.progress,
        duration_text=_spent(stage.started_at, stage.completed_at),
        engine=made_by(stage) or None,
        asked=asked_words(stage),
        message=stage.message,
    )


def _line(line: ProcessingLog) -> tuple[str, str, str, str]:
    tail = str((line.error_details or {}).get("log_tail") or "")
    message = f"{line.message}\n{tail}" if tail else line.message
    return f"{local(line.timestamp):%H:%M:%S}", line.level, STAGE_WORDS.get(line.stage or "", line.stage or ""), message


def _spent(start: datetime | None, end: datetime | None) -> str | None:
    if start is None or end is None:
        return None
    seconds = (end - start).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else lasts(seconds)
