"""The log as pages show it: across a person's projects, one project, one recording, one clip, one song."""

from sqlalchemy.orm import Session

from app.activity.leads import MayRestore, led
from app.audit.sentences import Entry
from app.audit.service import AuditService
from app.auth.models import User
from app.core.pagination import Page
from app.media.models import Media
from app.projects.service import project_service
from app.projects.trash import project_trash


def across(session: Session, viewer: User, before: int | None) -> Page[Entry]:
    """Return what happened in every project the viewer may see."""
    projects = project_service(session)
    editable = projects.editable_ids(viewer)
    page = AuditService(session).log.for_projects(projects.visible_ids(viewer), before=before)
    gone = (
        frozenset(project.id for project in project_trash(session).list_for(viewer)) if viewer.is_admin else frozenset()
    )
    return led(session, page, lambda id: editable is None or id in editable, gone)


def of_project(session: Session, project_id: int, before: int | None, may_restore: MayRestore) -> Page[Entry]:
    """Return what happened in one project."""
    page = AuditService(session).log.for_project(project_id, before=before)
    return led(session, page, may_restore)


def of_media(session: Session, about: Media, before: int | None, may_restore: MayRestore) -> Page[Entry]:
    """Return what happened to a recording and everything on it."""
    page = AuditService(session).log.for_media(about.project_id, about.id, before=before)
    return led(session, page, may_restore)


def of_clip(session: Session, clip_id: int, before: int | None, may_restore: MayRestore) -> Page[Entry]:
    """Return what happened to one clip."""
    page = AuditService(session).log.get_history("clip", clip_id, before=before)
    return led(session, page, may_restore)


def of_song(session: Session, song_id: int, before: int | None, may_restore: MayRestore) -> Page[Entry]:
    """Return what happened to one song."""
    page = AuditService(session).log.get_history("song", song_id, before=before)
    return led(session, page, may_restore)
