"""The ledger of work: jobs, their stages, their log, and the workers that run them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import CreatedAt, Id, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.core.texts import later


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobTab(StrEnum):
    """The four lists of the jobs page."""

    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"


class StageStatus(StrEnum):
    """Where one stage of a job stands; a skipped one says what would be needed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """One piece of work people see. What it is about are plain integers: its history outlives them."""

    __tablename__ = "jobs"
    __table_args__ = (
        sa.UniqueConstraint("idempotency_key", info={"words": later("This work was already asked for.")}),
        sa.Index("ix_jobs_status_priority_id", "status", "priority", "id"),
        sa.Index("ix_jobs_media_id_created_at", "media_id", "created_at"),
        sa.Index("ix_jobs_project_id_status", "project_id", "status"),
        sa.Index("ix_jobs_clip_id", "clip_id"),
        sa.Index("ix_jobs_created_by", "created_by"),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int | None]
    media_id: Mapped[int | None]
    clip_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(255), default="")
    status: Mapped[JobStatus] = mapped_column(enum_column(JobStatus, "status"), default=JobStatus.QUEUED)
    progress: Mapped[int] = mapped_column(default=0)
    current_stage: Mapped[str | None] = mapped_column(sa.String(32))
    message: Mapped[str | None] = mapped_column(sa.String(500))
    error_message: Mapped[str | None] = mapped_column(sa.Text())
    params_json: Mapped[dict[str, Any]] = mapped_column(sa.JSON(), default=dict)
    idempotency_key: Mapped[str | None] = mapped_column(sa.String(128))
    priority: Mapped[int] = mapped_column(default=100)
    attempt: Mapped[int] = mapped_column(default=1)
    max_attempts: Mapped[int] = mapped_column(default=3)
    claim_token: Mapped[str | None] = mapped_column(sa.String(64))
    worker_id: Mapped[str | None] = mapped_column(sa.String(64))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_by: Mapped[int | None]
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[UpdatedAt]
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def is_active(self) -> bool:
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)


class JobStage(Base):
    """One step of a job: its share of the work, and what made its result."""

    __tablename__ = "job_stages"
    __table_args__ = (sa.UniqueConstraint("job_id", "name"), sa.UniqueConstraint("job_id", "seq"))

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(32))
    seq: Mapped[int]
    weight: Mapped[int] = mapped_column(default=1)
    status: Mapped[StageStatus] = mapped_column(enum_column(StageStatus, "status"), default=StageStatus.WAITING)
    progress: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(sa.String(500))
    deaths: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str | None] = mapped_column(sa.String(64))
    engine_version: Mapped[str | None] = mapped_column(sa.String(64))
    params_json: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON())
    peak_memory_bytes: Mapped[int | None] = mapped_column(sa.BigInteger())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class ProcessingLog(Base):
    """One line of a job's log."""

    __tablename__ = "processing_logs"
    __table_args__ = (
        sa.Index("ix_processing_logs_job_id_id", "job_id", "id"),
        sa.Index("ix_processing_logs_status_timestamp", "status", "timestamp"),
        sa.Index("ix_processing_logs_stage", "stage"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"))
    stage: Mapped[str | None] = mapped_column(sa.String(32))
    agent_name: Mapped[str | None] = mapped_column(sa.String(64))
    status: Mapped[str] = mapped_column(sa.String(16))
    level: Mapped[str] = mapped_column(sa.String(8), default="info")
    message: Mapped[str] = mapped_column(sa.Text())
    error_details: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON())
    duration_ms: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=1)
    timestamp: Mapped[CreatedAt]
    created_at: Mapped[CreatedAt]


class Worker(Base):
    """A worker process that is, or was, alive: silent for 20 s means its jobs are taken over."""

    __tablename__ = "workers"

    executor_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(255))
    pid: Mapped[int]
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
