"""The log as pages show it: across a person's projects, one project, one recording, one clip, one song."""

from sqlalchemy.orm import Session

from app.audit.sentences import Entry, entry_of
from app.audit.service import AuditService
from app.auth.models import User
from app.core.pagination import Page
from app.projects.service import project_service


def across(session: Session, viewer: User, before: int | None) -> Page[Entry]:
    """Return what happened in every project the viewer may see."""
    ids = project_service(session).visible_ids(viewer)
    page = AuditService(session).log.for_projects(ids, before=before)
    return Page([entry_of(row) for row in page.items], page.next_after)


def of_project(session: Session, project_id: int, before: int | None) -> Page[Entry]:
    """Return what happened in one project."""
    page = AuditService(session).log.for_project(project_id, before=before)
    return Page([entry_of(row) for row in page.items], page.next_after)


def of_media(session: Session, project_id: int, media_id: int, before: int | None) -> Page[Entry]:
    """Return what happened to a recording and everything on it."""
    page = AuditService(session).log.for_media(project_id, media_id, before=before)
    return Page([entry_of(row) for row in page.items], page.next_after)


def of_clip(session: Session, clip_id: int, before: int | None) -> Page[Entry]:
    """Return what happened to one clip."""
    page = AuditService(session).log.get_history("clip", clip_id, before=before)
    return Page([entry_of(row) for row in page.items], page.next_after)


def of_song(session: Session, song_id: int, before: int | None) -> Page[Entry]:
    """Return what happened to one song."""
    page = AuditService(session).log.get_history("song", song_id, before=before)
    return Page([entry_of(row) for row in page.items], page.next_after)
