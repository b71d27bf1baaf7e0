"""Recordings, the files made from them, and uploads on their way in."""

import uuid
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


class MediaKind(StrEnum):
    """Whether there is a picture."""

    VIDEO = "video"
    AUDIO = "audio"


class MediaState(StrEnum):
    """How far a recording has come; kept by the service from its jobs."""

    UPLOADING = "uploading"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    MISSING = "missing"


class MediaSource(StrEnum):
    """Where a recording came from."""

    UPLOAD = "upload"
    SCAN = "scan"
    LOCAL = "local"
    YOUTUBE = "youtube"


class RenditionKind(StrEnum):
    """What a file made from a recording is for."""

    PROXY = "proxy"
    POSTER = "poster"
    THUMBNAIL = "thumbnail"
    FRAME_INDEX = "frame_index"
    FILMSTRIP = "filmstrip"
    WAVEFORM = "waveform"
    VOCALS = "vocals"
    INSTRUMENTAL = "instrumental"
    CAPTIONS = "captions"


class Media(Base):
    """One recording: a file, its timebase in ticks per second, and what the probe found in it."""

    __tablename__ = "media"
    __table_args__ = (
        sa.UniqueConstraint(
            "project_id", "path_hash", info={"field": "path", "words": later("This file is already in the project.")}
        ),
        sa.UniqueConstraint(
            "project_id",
            "sha256_live",
            info={"field": "sha256", "words": later("This recording is already in the project.")},
        ),
        sa.Index("ix_media_project_id_created_at_id", "project_id", "created_at", "id"),
        sa.Index("ix_media_project_id_file_size", "project_id", "file_size"),
        sa.Index("ix_media_state", "state"),
        sa.Index("ix_media_uploaded_by", "uploaded_by"),
        sa.CheckConstraint("rate_num > 0 AND rate_den > 0", name="rate"),
        sa.CheckConstraint("duration_frames >= 0", name="duration"),
        sa.CheckConstraint("file_size >= 0", name="file_size"),
    )
    tracking: ClassVar[Tracking] = Tracking(
        "media",
        ignored=frozenset(
            {
                "public_id",
                "path_hash",
                "sha256_live",
                "clip_count",
                "longest_clip",
                "probe_json",
                "storage_key",
                "state",
            }
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    kind: Mapped[MediaKind] = mapped_column(enum_column(MediaKind, "kind"), default=MediaKind.VIDEO)
    title: Mapped[str] = mapped_column(sa.String(255))
    filename: Mapped[str] = mapped_column(sa.String(255))
    path: Mapped[str | None] = mapped_column(sa.String(1024))
    path_hash: Mapped[str | None] = mapped_column(sa.String(64))
    storage_key: Mapped[str | None] = mapped_column(sa.String(128))
    content_type: Mapped[str] = mapped_column(sa.String(80), default="application/octet-stream")
    file_size: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    # The hash while the row is not in the trash, else None: unique per project on every database.
    sha256_live: Mapped[str | None] = mapped_column(sa.String(64))
    duration_frames: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    rate_num: Mapped[int] = mapped_column(default=1000)
    rate_den: Mapped[int] = mapped_column(default=1)
    start_timecode: Mapped[str | None] = mapped_column(sa.String(16))
    drop_frame: Mapped[bool] = mapped_column(default=False)
    variable_rate: Mapped[bool] = mapped_column(default=False)
    first_pts: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    width: Mapped[int | None]
    height: Mapped[int | None]
    video_codec: Mapped[str | None] = mapped_column(sa.String(32))
    audio_codec: Mapped[str | None] = mapped_column(sa.String(32))
    audio_channels: Mapped[int | None]
    sample_rate: Mapped[int | None]
    source: Mapped[MediaSource] = mapped_column(enum_column(MediaSource, "source"), default=MediaSource.UPLOAD)
    source_url: Mapped[str | None] = mapped_column(sa.String(1024))
    probe_json: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON())
    state: Mapped[MediaState] = mapped_column(enum_column(MediaState, "state"), default=MediaState.PROCESSING)
    clip_count: Mapped[int] = mapped_column(default=0)
    longest_clip: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    version: Mapped[int] = mapped_column(default=1)
    uploaded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    __mapper_args__ = {"version_id_col": version}

    @property
    def duration(self) -> float:
        """Return the length in seconds, for display only."""
        return self.duration_frames * self.rate_den / self.rate_num

    @property
    def media_id(self) -> int:
        return self.id

    @property
    def audit_name(self) -> str:
        return self.title

    def words(self) -> Words | None:
        """Return what can be found of it; nothing while it is in the trash."""
        if self.deleted_at is not None:
            return None
        return Words(self.project_id, self.title, self.filename, media_id=self.id)


class Rendition(Base):
    """A file made from a recording; `source_sha256` says from which bytes, so a stale one shows."""

    __tablename__ = "renditions"
    __table_args__ = (sa.UniqueConstraint("media_id", "kind"),)

    id: Mapped[Id]
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    kind: Mapped[RenditionKind] = mapped_column(enum_column(RenditionKind, "kind"))
    path: Mapped[str] = mapped_column(sa.String(255))
    content_type: Mapped[str] = mapped_column(sa.String(80))
    file_size: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    width: Mapped[int | None]
    height: Mapped[int | None]
    status: Mapped[str] = mapped_column(sa.String(16), default="ready")
    details: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON())
    source_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    job_id: Mapped[int | None]
    created_at: Mapped[CreatedAt]


class UploadState(StrEnum):
    """Where an upload stands."""

    RECEIVING = "receiving"
    FINISHED = "finished"
    REFUSED = "refused"


class Upload(Base):
    """A resumable upload (tus 1.0); `offset_bytes` never exceeds what is safely on disk."""

    __tablename__ = "uploads"
    __table_args__ = (
        sa.Index("ix_uploads_expires_at", "expires_at"),
        sa.Index("ix_uploads_project_id", "project_id"),
        sa.Index("ix_uploads_user_id", "user_id"),
        sa.CheckConstraint("offset_bytes BETWEEN 0 AND size_bytes", name="offset"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    filename: Mapped[str] = mapped_column(sa.String(255))
    content_type: Mapped[str | None] = mapped_column(sa.String(80))
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger())
    offset_bytes: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    state: Mapped[UploadState] = mapped_column(enum_column(UploadState, "state"), default=UploadState.RECEIVING)
    message: Mapped[str | None] = mapped_column(sa.String(500))
    media_public_id: Mapped[uuid.UUID | None] = mapped_column(sa.Uuid())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class Playhead(Base):
    """Where one person stopped watching one recording, in ticks."""

    __tablename__ = "playheads"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    updated_at: Mapped[UpdatedAt]
