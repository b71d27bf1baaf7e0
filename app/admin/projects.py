"""Every project as admins see it: who owns it, what is in it, and how much of its limit it uses."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.pagination import Page, behind, decode_after, encode_after
from app.media.usage import bytes_by_project
from app.projects.models import MemberRole, Project, ProjectMember

PAGE = 50


@dataclass(frozen=True)
class ProjectUse:
    """One project; `used_bytes` are its originals, the trash included, as its limit counts them."""

    project: Project
    owners: list[str]
    used_bytes: int

    @property
    def percent(self) -> int | None:
        """Return how much of the limit is used, 0 to 100; None without a limit."""
        quota = self.project.quota_bytes
        return min(100, round(100 * self.used_bytes / quota)) if quota else None


def project_uses(session: Session, text: str, state: str, after: str | None) -> Page[ProjectUse]:
    """Return fifty projects by name, those with `text` in it, in three queries; raises `Invalid` for a damaged place.

    `state` is live, archived or deleted; anything else is the first two.
    """
    query = sa.select(Project).order_by(Project.name).limit(PAGE + 1)
    if text:
        query = query.where(Project.name.icontains(text, autoescape=True))
    query = query.where(Project.deleted_at.is_not(None) if state == "deleted" else Project.deleted_at.is_(None))
    if state in ("live", "archived"):
        query = query.where(Project.archived_at.is_(None) if state == "live" else Project.archived_at.is_not(None))
    if after:
        query = query.where(behind((Project.name,), decode_after(after, 1), descending=False))
    found = list(session.scalars(query))
    shown = found[:PAGE]
    ids = [project.id for project in shown]
    owners, used = _owners(session, ids), bytes_by_project(session, ids)
    rows = [ProjectUse(project, owners.get(project.id, []), used.get(project.id, 0)) for project in shown]
    return Page(rows, encode_after([shown[-1].name]) if len(found) > PAGE else None)


def _owners(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        sa.select(ProjectMember.project_id, User.display_name)
        .join(User, User.id == ProjectMember.user_id)
        .where(ProjectMember.project_id.in_(ids), ProjectMember.role == MemberRole.OWNER)
        .order_by(User.display_name)
    )
    found: dict[int, list[str]] = {}
    for id, name in session.execute(query):
        found.setdefault(id, []).append(name)
    return found
