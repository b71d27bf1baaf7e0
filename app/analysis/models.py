"""What machines found in a recording: silence and topics in milliseconds, scenes in ticks, and its layout."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.changes import Tracking
from app.core.columns import CreatedAt, Id, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.core.texts import later
from app.index.writer import Words


class SilenceType(StrEnum):
    """Whether nothing is heard, nothing is seen, or both."""

    AUDIO = "audio_silence"
    BLANK = "blank_screen"
    BOTH = "both"


class SilenceRegion(Base):
    """A stretch without sound or picture, [start_ms, end_ms)."""

    __tablename__ = "silence_regions"
    __table_args__ = (
        sa.Index("ix_silence_regions_media_id_start_ms", "media_id", "start_ms"),
        sa.Index("ix_silence_regions_job_id", "job_id"),
        sa.CheckConstraint("end_ms > start_ms", name="order"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    silence_type: Mapped[SilenceType] = mapped_column(enum_column(SilenceType, "silence_type"))
    amplitude_threshold: Mapped[float | None]
    created_at: Mapped[CreatedAt]


class SceneKind(StrEnum):
    """What changed: the shot, or the slide within one."""

    SHOT = "shot"
    SLIDE = "slide"


class Scene(Base):
    """A stretch of one shot or slide, [in_point, out_point) in ticks; scenes cover the recording."""

    __tablename__ = "scenes"
    __table_args__ = (
        sa.UniqueConstraint("media_id", "seq"),
        sa.Index("ix_scenes_media_id_in_point", "media_id", "in_point"),
        sa.Index("ix_scenes_job_id", "job_id"),
        sa.CheckConstraint("out_point > in_point", name="order"),
    )

    id: Mapped[Id]
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    seq: Mapped[int]
    in_point: Mapped[int] = mapped_column(sa.BigInteger())
    out_point: Mapped[int] = mapped_column(sa.BigInteger())
    score: Mapped[float] = mapped_column(default=0.0)
    kind: Mapped[SceneKind] = mapped_column(enum_column(SceneKind, "kind"), default=SceneKind.SHOT)
    label: Mapped[str | None] = mapped_column(sa.String(255))


class ContentSegment(Base):
    """A topic: what [start_ms, end_ms) of a recording speaks of; topics of a recording do not overlap.

    One somebody touched has `updated_by`; finding topics again leaves it alone. `refused_at`: as a highlight.
    """

    __tablename__ = "content_segments"
    __table_args__ = (
        sa.UniqueConstraint("media_id", "job_id", "seq"),
        sa.Index("ix_content_segments_media_id_start_ms", "media_id", "start_ms"),
        sa.Index("ix_content_segments_media_id_importance_score", "media_id", "importance_score"),
        sa.Index("ix_content_segments_project_id", "project_id"),
        sa.Index("ix_content_segments_job_id", "job_id"),
        sa.Index("ix_content_segments_updated_by", "updated_by"),
        sa.CheckConstraint("start_ms >= 0", name="start_ms"),
        sa.CheckConstraint("end_ms > start_ms", name="order"),
        sa.CheckConstraint("importance_score BETWEEN 0 AND 1", name="score"),
    )
    tracking: ClassVar[Tracking] = Tracking("topic", ignored=frozenset({"public_id", "job_id", "seq", "updated_by"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    # Its number in the run that found it; people read topics in the order of their times.
    seq: Mapped[int]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    topic: Mapped[str] = mapped_column(sa.String(255))
    description: Mapped[str] = mapped_column(sa.Text(), default="")
    importance_score: Mapped[float] = mapped_column(default=0.0)
    keywords: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    concepts: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    version: Mapped[int] = mapped_column(default=1)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    @property
    def audit_name(self) -> str:
        return self.topic

    def words(self) -> Words:
        """Return what can be found of it."""
        body = " ".join([self.description, *self.keywords])
        return Words(self.project_id, self.topic, body, media_id=self.media_id, start_ms=self.start_ms)


class LayoutType(StrEnum):
    """How screen and camera share the picture."""

    SIDE_BY_SIDE = "side_by_side"
    PICTURE_IN_PICTURE = "picture_in_picture"
    SCREEN_ONLY = "screen_only"
    CAMERA_ONLY = "camera_only"
    UNKNOWN = "unknown"


class LayoutAnalysis(Base):
    """How a recording's picture is laid out, for most of its time; one row for each recording at most.

    Regions are `{"x", "y", "width", "height"}`, shares of the picture as shown. `split_ratio`: the screen's share
    of the width side by side, else of the picture. One somebody corrected has `updated_by` and is left alone.
    """

    __tablename__ = "layout_analysis"
    __table_args__ = (
        sa.UniqueConstraint("media_id", info={"words": later("This recording has a layout already.")}),
        sa.Index("ix_layout_analysis_project_id", "project_id"),
        sa.Index("ix_layout_analysis_job_id", "job_id"),
        sa.Index("ix_layout_analysis_updated_by", "updated_by"),
        sa.CheckConstraint("split_ratio BETWEEN 0 AND 1", name="ratio"),
        sa.CheckConstraint("confidence_score BETWEEN 0 AND 1", name="score"),
    )
    tracking: ClassVar[Tracking] = Tracking("layout", ignored=frozenset({"public_id", "job_id", "updated_by"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    layout_type: Mapped[LayoutType] = mapped_column(enum_column(LayoutType, "layout_type"), default=LayoutType.UNKNOWN)
    screen_region: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    camera_region: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    split_ratio: Mapped[float | None]
    confidence_score: Mapped[float] = mapped_column(default=0.0)
    sample_frame_ms: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    @property
    def audit_name(self) -> str:
        return self.layout_type.value.replace("_", " ")
