"""What other rooms ask about projects."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.projects.models import Project
from app.projects.repository import ProjectRepository


def projects_by_ids(session: Session, ids: Iterable[int | None]) -> dict[int, Project]:
    """Return projects by id; one query, none for no ids."""
    wanted = {id for id in ids if id is not None}
    return ProjectRepository(session).names(wanted) if wanted else {}


def project_by_slug(session: Session, slug: str) -> Project | None:
    """Return the project at this address, or the one that used to be there."""
    return ProjectRepository(session).find_by_slug(slug)
