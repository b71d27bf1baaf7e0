"""Clips as half-open [in_point, out_point) ticks, the files rendered from them, and overlap decisions."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.changes import Tracking
from app.core.columns import CreatedAt, Id, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.index.writer import Words


class ClipOrigin(StrEnum):
    """Who proposed the clip."""

    MANUAL = "manual"
    TRANSCRIPT = "transcript"
    SUGGESTED = "suggested"


class ClipState(StrEnum):
    """How far people have come in agreeing on it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class Clip(Base):
    """A stretch of one recording: the first tick kept and the first tick not kept."""

    __tablename__ = "clips"
    __table_args__ = (
        sa.Index("ix_clips_media_id_in_point_out_point", "media_id", "in_point", "out_point"),
        sa.Index("ix_clips_project_id_clip_order", "project_id", "clip_order", "id"),
        sa.Index("ix_clips_created_by", "created_by"),
        sa.Index("ix_clips_job_id", "job_id"),
        sa.Index("ix_clips_content_segment_id", "content_segment_id"),
        sa.CheckConstraint("in_point >= 0", name="in_point"),
        sa.CheckConstraint("out_point > in_point", name="order"),
        sa.CheckConstraint("importance_score BETWEEN 0 AND 1", name="score"),
    )
    tracking: ClassVar[Tracking] = Tracking(
        "clip", ignored=frozenset({"public_id", "created_by", "content_segment_id"})
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    content_segment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("content_segments.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(sa.String(255))
    topic: Mapped[str | None] = mapped_column(sa.String(255))
    notes: Mapped[str | None] = mapped_column(sa.Text())
    in_point: Mapped[int] = mapped_column(sa.BigInteger())
    out_point: Mapped[int] = mapped_column(sa.BigInteger())
    clip_order: Mapped[int] = mapped_column(default=0)
    importance_score: Mapped[float | None]
    origin: Mapped[ClipOrigin] = mapped_column(enum_column(ClipOrigin, "origin"), default=ClipOrigin.MANUAL)
    state: Mapped[ClipState] = mapped_column(enum_column(ClipState, "state"), default=ClipState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    __mapper_args__ = {"version_id_col": version}

    @property
    def length(self) -> int:
        """Return how many ticks the clip keeps."""
        return self.out_point - self.in_point

    @property
    def audit_name(self) -> str:
        return self.title

    def words(self) -> Words | None:
        """Return what can be found of it; nothing while it is in the trash."""
        if self.deleted_at is not None:
            return None
        return Words(self.project_id, self.title, self.notes or "", media_id=self.media_id)


class ClipExport(Base):
    """One rendered file of one version of a clip, with the certificate that proves it."""

    __tablename__ = "clip_exports"
    __table_args__ = (
        sa.UniqueConstraint("clip_id", "clip_version", "format", "settings_hash"),
        sa.Index("ix_clip_exports_clip_id_created_at", "clip_id", "created_at"),
        sa.Index("ix_clip_exports_job_id", "job_id"),
        sa.Index("ix_clip_exports_created_by", "created_by"),
    )
    tracking: ClassVar[Tracking] = Tracking(
        "export", ignored=frozenset({"public_id", "created_by", "certificate_json", "settings_hash", "path", "job_id"})
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"), index=True)
    clip_id: Mapped[int] = mapped_column(sa.ForeignKey("clips.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    format: Mapped[str] = mapped_column(sa.String(16))
    filename: Mapped[str] = mapped_column(sa.String(255))
    path: Mapped[str] = mapped_column(sa.String(255))
    thumbnail_path: Mapped[str | None] = mapped_column(sa.String(255))
    subtitle_path: Mapped[str | None] = mapped_column(sa.String(255))
    file_size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str] = mapped_column(sa.String(64))
    settings_json: Mapped[dict[str, Any]] = mapped_column(sa.JSON(), default=dict)
    settings_hash: Mapped[str] = mapped_column(sa.String(64))
    certificate_json: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    clip_version: Mapped[int]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]

    @property
    def audit_name(self) -> str:
        return self.filename


class OverlapDecision(Base):
    """Two clips somebody has looked at and keeps as they are; the lower id comes first."""

    __tablename__ = "overlap_decisions"

    first_clip_id: Mapped[int] = mapped_column(sa.ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True)
    second_clip_id: Mapped[int] = mapped_column(
        sa.ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[CreatedAt]
