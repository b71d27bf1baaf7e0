"""What is said in a recording: transcripts, their lines, what lines were before, speakers, and unfinished work."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.changes import Tracking
from app.core.clock import now
from app.core.columns import CreatedAt, Id, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.index.writer import Words


class TranscriptSource(StrEnum):
    """Who wrote it down first."""

    SPEECH = "speech"
    IMPORT = "import"


class TranscriptStatus(StrEnum):
    """Whether there are lines, or nothing was said."""

    READY = "ready"
    SILENT = "silent"


class Transcript(Base):
    """One telling of a recording in one language; people read the newest."""

    __tablename__ = "transcripts"
    __table_args__ = (
        sa.UniqueConstraint("media_id", "language", "source"),
        sa.Index("ix_transcripts_project_id", "project_id"),
        sa.Index("ix_transcripts_created_by", "created_by"),
        sa.CheckConstraint("word_count >= 0", name="word_count"),
    )
    tracking: ClassVar[Tracking] = Tracking("transcript", ignored=frozenset({"public_id", "created_by"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(sa.String(16))
    source: Mapped[TranscriptSource] = mapped_column(enum_column(TranscriptSource, "source"))
    engine: Mapped[str | None] = mapped_column(sa.String(80))
    status: Mapped[TranscriptStatus] = mapped_column(
        enum_column(TranscriptStatus, "status"), default=TranscriptStatus.READY
    )
    word_count: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    @property
    def audit_name(self) -> str:
        return f"{self.language}, {self.source.value}"


class TranscriptSegment(Base):
    """A line: [start_ms, end_ms) from the first tick; `words_json` lists [start_ms, end_ms, text, probability].

    The text is its words with single spaces. `seq` rises in steps, so that a split finds a place between.
    A line somebody touched has `updated_by`; recognising again leaves it alone.
    """

    __tablename__ = "transcript_segments"
    __table_args__ = (
        sa.UniqueConstraint("transcript_id", "seq"),
        sa.Index("ix_transcript_segments_transcript_id_start_ms", "transcript_id", "start_ms"),
        sa.Index("ix_transcript_segments_media_id", "media_id"),
        sa.Index("ix_transcript_segments_project_id", "project_id"),
        sa.Index("ix_transcript_segments_speaker_id", "speaker_id"),
        sa.Index("ix_transcript_segments_updated_by", "updated_by"),
        sa.CheckConstraint("start_ms >= 0", name="start_ms"),
        sa.CheckConstraint("end_ms > start_ms", name="order"),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    )
    tracking: ClassVar[Tracking] = Tracking(
        "line", ignored=frozenset({"public_id", "words_json", "seq", "updated_by", "confidence", "transcript_id"})
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    transcript_id: Mapped[int] = mapped_column(sa.ForeignKey("transcripts.id", ondelete="CASCADE"))
    speaker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("speakers.id", ondelete="SET NULL"))
    seq: Mapped[int]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text())
    confidence: Mapped[float | None]
    words_json: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    @property
    def audit_name(self) -> str:
        return self.text[:80]

    def words(self) -> Words:
        """Return what can be found of it."""
        return Words(self.project_id, "", self.text, media_id=self.media_id, start_ms=self.start_ms)


class SegmentRevision(Base):
    """What a line was at one version, before somebody changed it."""

    __tablename__ = "segment_revisions"
    __table_args__ = (
        sa.UniqueConstraint("segment_id", "version"),
        sa.Index("ix_segment_revisions_edited_by", "edited_by"),
    )

    id: Mapped[Id]
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("transcript_segments.id", ondelete="CASCADE"))
    version: Mapped[int]
    old_text: Mapped[str] = mapped_column(sa.Text())
    old_start_ms: Mapped[int]
    old_end_ms: Mapped[int]
    old_words_json: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    # A plain number: the speaker may be merged away, and the history stays.
    old_speaker_id: Mapped[int | None]
    edited_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)


class Speaker(Base):
    """A voice in one recording; `label` is what a machine or a file called it, `display_name` what people do."""

    __tablename__ = "speakers"
    __table_args__ = (
        sa.UniqueConstraint("media_id", "label"),
        sa.Index("ix_speakers_project_id", "project_id"),
        sa.CheckConstraint("color BETWEEN 1 AND 6", name="color"),
    )
    tracking: ClassVar[Tracking] = Tracking("speaker", ignored=frozenset({"public_id", "color"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(sa.String(80))
    display_name: Mapped[str] = mapped_column(sa.String(80))
    color: Mapped[int] = mapped_column(default=1)
    verified: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]

    @property
    def audit_name(self) -> str:
        return self.display_name


class TranscriptChunk(Base):
    """Recognised sound that waits for the rest; `work_key` says of which bytes, by which model, in which language.

    Gone as soon as the transcript is whole; a worker that takes the job over goes on after the last one.
    """

    __tablename__ = "transcript_chunks"
    __table_args__ = (sa.UniqueConstraint("media_id", "work_key", "start_ms"),)

    id: Mapped[Id]
    media_id: Mapped[int] = mapped_column(sa.ForeignKey("media.id", ondelete="CASCADE"))
    work_key: Mapped[str] = mapped_column(sa.String(64))
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(16))
    segments_json: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    created_at: Mapped[CreatedAt]
