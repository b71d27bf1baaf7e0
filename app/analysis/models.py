"""What machines found in a recording: silence in milliseconds, scenes in ticks."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import CreatedAt, Id, PublicId, enum_column
from app.core.db import Base


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
