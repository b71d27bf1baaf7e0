"""Songs: who sings what, plain and timed lyrics, and the recording they are heard in."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.changes import Tracking
from app.core.clock import now
from app.core.columns import CreatedAt, Id, LongText, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.core.search_text import folded
from app.core.texts import later
from app.index.writer import Words
from app.media.models import Media, Rendition, RenditionKind
from app.songs.lrc import text_of

UNKNOWN_ARTIST = "Unknown Artist"
# Folding may make a name longer; what lies beyond is neither found nor sorted by.
LONGEST_KEY = 250


class SongSource(StrEnum):
    """Where a song came from."""

    UPLOAD = "upload"
    LOCAL = "local"
    YOUTUBE = "youtube"


def name_key_of(artist: str, title: str) -> str:
    """Return what songs are sorted and found by: artist, then title, folded; two spaces lie before every letter."""
    return f"{folded(artist)[:LONGEST_KEY]}  {folded(title)[:LONGEST_KEY]}"


class Song(Base):
    """A song; it may be known before its sound is here, and a recording is one song at most."""

    __tablename__ = "songs"
    __table_args__ = (
        sa.UniqueConstraint("media_id", info={"field": "media", "words": later("This recording is a song already.")}),
        sa.UniqueConstraint(
            "project_id",
            "youtube_id",
            info={"field": "youtube_id", "words": later("This song is in the project already.")},
        ),
        sa.Index("ix_songs_artist", "artist"),
        sa.Index("ix_songs_project_id_date_added_id", "project_id", "date_added", "id"),
        sa.Index("ix_songs_project_id_name_key_id", "project_id", "name_key", "id"),
        sa.Index("ix_songs_created_by", "created_by"),
        sa.CheckConstraint("length(title) > 0", name="title"),
    )
    tracking: ClassVar[Tracking] = Tracking("song", ignored=frozenset({"public_id", "created_by", "name_key"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    media_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(sa.String(255))
    artist: Mapped[str] = mapped_column(sa.String(255), default=UNKNOWN_ARTIST)
    # Artist and title folded, the same on all three databases: see `name_key_of`.
    name_key: Mapped[str] = mapped_column(sa.String(512))
    album: Mapped[str | None] = mapped_column(sa.String(255))
    genre: Mapped[str | None] = mapped_column(sa.String(80))
    year: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(sa.String(16))
    source: Mapped[SongSource] = mapped_column(enum_column(SongSource, "source"), default=SongSource.UPLOAD)
    youtube_id: Mapped[str | None] = mapped_column(sa.String(32))
    lyrics: Mapped[str | None] = mapped_column(LongText)
    synced_lyrics: Mapped[str | None] = mapped_column(LongText)
    date_added: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    # Pages read recordings and files for all their rows at once; these are for one song inside a unit of work.
    media: Mapped[Media | None] = relationship(viewonly=True)
    renditions: Mapped[list[Rendition]] = relationship(
        primaryjoin="foreign(Rendition.media_id) == Song.media_id", viewonly=True, uselist=True
    )

    __mapper_args__ = {"version_id_col": version}

    def __init__(self, **columns: Any) -> None:
        super().__init__(**{"artist": UNKNOWN_ARTIST, **columns})

    @validates("title", "artist")
    def _keep_key(self, name: str, value: str) -> str:
        names = {"artist": self.artist or "", "title": self.title or "", name: value or ""}
        self.name_key = name_key_of(**names)
        return value

    @property
    def file_path(self) -> str | None:
        """Return where the original lies: on the server where it was found, or in the store."""
        return (self.media.path or self.media.storage_key) if self.media is not None else None

    @property
    def vocals_path(self) -> str | None:
        return self._made(RenditionKind.VOCALS)

    @property
    def instrumental_path(self) -> str | None:
        return self._made(RenditionKind.INSTRUMENTAL)

    @property
    def has_times(self) -> bool:
        """Say whether its lyrics are timed."""
        return bool(self.synced_lyrics)

    @property
    def audit_name(self) -> str:
        return self.title

    def words(self) -> Words | None:
        """Return what can be found of it; nothing while it is in the trash."""
        if self.deleted_at is not None:
            return None
        sung = self.lyrics or text_of(self.synced_lyrics or "")
        body = " ".join(filter(None, (self.album, self.genre, sung)))
        return Words(self.project_id, f"{self.title} {self.artist}", body, media_id=self.media_id)

    def _made(self, kind: RenditionKind) -> str | None:
        return next((row.path for row in self.renditions if row.kind is kind), None)
