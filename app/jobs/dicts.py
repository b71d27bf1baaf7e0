"""Jobs and their stages as programs read them."""

from typing import Any
from uuid import UUID

from app.core.words import iso
from app.jobs.models import Job, JobStage, ProcessingLog


def job_dict(job: Job, project_slug: str | None, media_public_id: UUID | None) -> dict[str, Any]:
    """Return a job; its project and recording are None where they are gone."""
    return {
        "public_id": str(job.public_id),
        "kind": job.kind,
        "name": job.name,
        "project": project_slug,
        "media": str(media_public_id) if media_public_id else None,
        "status": job.status.value,
        "progress": job.progress,
        "current_stage": job.current_stage,
        "message": job.message,
        "error": job.error_message,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at),
        "completed_at": iso(job.completed_at),
    }


def stage_dict(stage: JobStage) -> dict[str, Any]:
    """Return one stage of a job."""
    return {
        "name": stage.name,
        "status": stage.status.value,
        "progress": stage.progress,
        "message": stage.message,
        "engine": stage.engine,
        "engine_version": stage.engine_version,
        "params": stage.params_json or {},
        "peak_memory_bytes": stage.peak_memory_bytes,
        "duration_ms": duration_ms(stage),
        "deaths": stage.deaths,
        "started_at": iso(stage.started_at),
        "completed_at": iso(stage.completed_at),
    }


def log_dict(line: ProcessingLog) -> dict[str, Any]:
    """Return one line of a job's log."""
    return {
        "at": iso(line.timestamp),
        "stage": line.stage,
        "status": line.status,
        "level": line.level,
        "message": line.message,
        "duration_ms": line.duration_ms,
        "attempt": line.attempt,
        "worker": line.agent_name,
    }


def duration_ms(stage: JobStage) -> int | None:
    """Return how long a stage took; None while it has not ended."""
    if stage.started_at is None or stage.completed_at is None:
        return None
    return round((stage.completed_at - stage.started_at).total_seconds() * 1000)
