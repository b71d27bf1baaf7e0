"""A project's trash: what can be brought back, until when, and removing one for good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.models import Clip
from app.core.errors import NotFound
from app.core.pagination import Page, behind, clamp, decode_after, encode_after
from app.core.texts import say
from app.media.models import Media
from app.media.purge import purge_media, trash_days
from app.projects.models import Project
from app.songs.models import Song


@dataclass(frozen=True)
class Gone:
    """One thing in the trash; `until` is when it goes for good."""

    kind: str
    public_id: UUID
    title: str
    inside: str | None
    deleted_at: datetime
    until: datetime


def recordings(session: Session, project: Project, after: str | None, limit: int = 50) -> Page[Gone]:
    """Return the recordings in a project's trash, last deleted first."""
    order = (Media.deleted_at, Media.id)
    query = sa.select(Media.public_id, Media.title, *order).where(
        Media.project_id == project.id, Media.deleted_at.is_not(None)
    )
    if after is not None:
        query = query.where(behind(order, decode_after(after, 2), descending=True))
    size, days = clamp(limit), timedelta(days=trash_days(session))
    rows = session.execute(query.order_by(*(column.desc() for column in order)).limit(size + 1)).all()
    items = [
        Gone("media", row.public_id, row.title, None, row.deleted_at, row.deleted_at + days) for row in rows[:size]
    ]
    last = rows[size - 1] if len(rows) > size else None
    return Page(items, encode_after([last.deleted_at, last.id]) if last else None)


def clips(session: Session, project: Project, limit: int = 100) -> list[Gone]:
    """Return the clips deleted last whose recording is still here, at most 100."""
    query = sa.select(Clip.public_id, Clip.title, Clip.deleted_at, Media.title.label("inside"))
    query = query.join(Media, Media.id == Clip.media_id).where(
        Clip.project_id == project.id, Clip.deleted_at.is_not(None), Media.deleted_at.is_(None)
    )
    days = timedelta(days=trash_days(session))
    rows = session.execute(query.order_by(Clip.deleted_at.desc(), Clip.id.desc()).limit(limit))
    return [Gone("clip", row.public_id, row.title, row.inside, row.deleted_at, row.deleted_at + days) for row in rows]


def songs(session: Session, project: Project, limit: int = 100) -> list[Gone]:
    """Return the songs deleted last whose recording is still here, at most 100."""
    query = sa.select(Song.public_id, Song.title, Song.artist, Song.deleted_at)
    query = query.outerjoin(Media, Media.id == Song.media_id).where(
        Song.project_id == project.id, Song.deleted_at.is_not(None), Media.deleted_at.is_(None)
    )
    days = timedelta(days=trash_days(session))
    rows = session.execute(query.order_by(Song.deleted_at.desc(), Song.id.desc()).limit(limit))
    return [Gone("song", row.public_id, row.title, row.artist, row.deleted_at, row.deleted_at + days) for row in rows]


def goes_at(project: Project, days: int) -> datetime | None:
    """Return when a deleted project goes for good; None for one that is not deleted."""
    return project.deleted_at + timedelta(days=days) if project.deleted_at else None


def find(session: Session, project: Project, public_id: UUID) -> Media:
    """Return a recording in a project's trash; raises `NotFound`."""
    found = session.scalar(sa.select(Media).where(Media.public_id == public_id, Media.project_id == project.id))
    if found is None or found.deleted_at is None:
        raise NotFound(say("This is not in the trash any more."))
    return found


def remove(session: Session, project: Project, public_id: UUID) -> str:
    """Remove a recording in the trash for good, with everything below it; return its title."""
    found = find(session, project, public_id)
    purge_media(session, [found.id])
    # The row is gone behind the session's back.
    session.expunge(found)
    return found.title
