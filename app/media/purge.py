"""Emptying the trash: what was deleted long enough ago goes for good, row by row told; its files go by the sweeper."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.bulk import delete_many
from app.core.clock import now
from app.core.settings import recall
from app.jobs.service import job_service
from app.media.models import Media
from app.projects.models import Project
from app.projects.trash import purge_project
from app.tags.models import Tag

# What an admin may change; the days are counted from the deletion.
TRASH_DAYS_SETTING = "trash_days"
TRASH_DAYS = 30
# So many recordings in one unit of work: each may take thousands of lines along.
AT_ONCE = 5

# Rooms above register what hangs below a recording, and what of theirs has a trash of its own.
Purge = Callable[[Session, datetime], int]
_below: list[Any] = []
_others: list[Purge] = []
# What belongs to a project and to no recording of it.
_inside: list[Any] = [Tag]


def goes_with_media(model: Any) -> None:
    """Register an audited model with a `media_id`; what points at others of them is registered first."""
    if model not in _below:
        _below.append(model)


def goes_with_project(model: Any) -> None:
    """Register an audited model with a `project_id` that outlives the project's recordings."""
    if model not in _inside:
        _inside.insert(0, model)


def purges(purge: Purge) -> Purge:
    """Register `purge(session, before)`, which removes what was deleted before a moment, and returns how many."""
    if purge not in _others:
        _others.append(purge)
    return purge


def trash_days(session: Session) -> int:
    """Return how many days what is deleted can be brought back."""
    return int(recall(session, TRASH_DAYS_SETTING) or TRASH_DAYS)


def purge_media(session: Session, media_ids: list[int]) -> None:
    """Remove recordings for good with everything below them; their jobs are cancelled and stay as history."""
    for id in media_ids:
        job_service(session).purge_for(media_id=id)
    for model in _below:
        delete_many(session, model, model.media_id.in_(media_ids))
    delete_many(session, Media, Media.id.in_(media_ids))


def empty(session: Session, moment: datetime | None = None) -> int:
    """Remove up to five recordings, or a project without any, and all else whose days are over; return how many."""
    before = (moment or now()) - timedelta(days=trash_days(session))
    gone = sa.select(Project.id).where(Project.deleted_at < before)
    late = sa.select(Media.id).where(sa.or_(Media.deleted_at < before, Media.project_id.in_(gone)))
    ids = list(session.scalars(late.order_by(Media.id).limit(AT_ONCE)))
    if ids:
        purge_media(session, ids)
    else:
        ids = _purge_project(session, before)
    return len(ids) + sum(purge(session, before) for purge in _others)


def _purge_project(session: Session, before: datetime) -> list[int]:
    """Remove one project whose days are over and whose recordings are gone; return its id, if there was one."""
    late = sa.select(Project).where(Project.deleted_at < before).order_by(Project.id).limit(1)
    project = session.scalar(late)
    if project is None:
        return []
    id = project.id
    job_service(session).purge_for(project_id=id)
    for model in _inside:
        delete_many(session, model, model.project_id == id)
    purge_project(session, project)
    return [id]
