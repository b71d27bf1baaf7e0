"""Projects as SQL sees them: found by name, folder or address, and listed with their counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.pagination import MAX_ROWS, Page, behind, clamp, decode_after, encode_after
from app.core.repository import Repository
from app.core.storage import path_hash
from app.projects.models import MemberRole, Project, ProjectMember, ProjectSlug


@dataclass(frozen=True)
class ProjectRow:
    """One line of the list of projects."""

    slug: str
    name: str
    description: str | None
    media_count: int
    clip_count: int
    updated_at: datetime
    role: MemberRole


ADD_COUNTS = (
    sa.update(Project)
    .where(Project.id == sa.bindparam("project"))
    .values(
        media_count=Project.media_count + sa.bindparam("media"), clip_count=Project.clip_count + sa.bindparam("clips")
    )
)
LIVE = (Project.archived_at.is_(None), Project.deleted_at.is_(None))
# What the list shows, read without making objects of it.
ROW = (
    Project.id,
    Project.slug,
    Project.name,
    Project.description,
    Project.media_count,
    Project.clip_count,
    Project.updated_at,
)


class ProjectRepository(Repository[Project]):
    """Projects, newest first."""

    model = Project
    writable = frozenset(
        {
            "name",
            "slug",
            "description",
            "workspace_path",
            "workspace_hash",
            "language",
            "silence_db",
            "quota_bytes",
            "archived_at",
            "deleted_at",
        }
    )

    def find_by_name(self, name: str) -> Project | None:
        return self.session.scalar(sa.select(Project).where(Project.name == name))

    def find_by_workspace(self, path: str) -> Project | None:
        return self.session.scalar(sa.select(Project).where(Project.workspace_hash == path_hash(path)))

    def find_by_slug(self, slug: str) -> Project | None:
        """Return the project at this address, or the one that used to be there."""
        found = self.session.scalar(sa.select(Project).where(Project.slug == slug))
        if found is not None:
            return found
        return self.session.scalar(
            sa.select(Project).join(ProjectSlug, ProjectSlug.project_id == Project.id).where(ProjectSlug.slug == slug)
        )

    def role_of(self, project_id: int, user_id: int) -> MemberRole | None:
        return self.session.scalar(
            sa.select(ProjectMember.role).where(
                ProjectMember.project_id == project_id, ProjectMember.user_id == user_id
            )
        )

    def add_member(self, project_id: int, user_id: int, role: MemberRole) -> None:
        self.session.add(ProjectMember(project_id=project_id, user_id=user_id, role=role))

    def visible_ids(self, user_id: int) -> list[int]:
        """Return the projects a member belongs to, those in the trash left out."""
        query = sa.select(ProjectMember.project_id).join(Project, Project.id == ProjectMember.project_id)
        return list(self.session.scalars(query.where(ProjectMember.user_id == user_id, Project.deleted_at.is_(None))))

    def editable_ids(self, user_id: int) -> set[int]:
        """Return the projects where a member is more than a viewer."""
        query = sa.select(ProjectMember.project_id).where(
            ProjectMember.user_id == user_id, ProjectMember.role != MemberRole.VIEWER
        )
        return set(self.session.scalars(query))

    def list_with_stats(
        self, *, user_id: int | None, archived: bool = False, after: str | None = None, limit: int = 48
    ) -> Page[ProjectRow]:
        """Return a person's projects, last changed first, with counts kept on the row; None means all of them."""
        query = sa.select(*ROW, ProjectMember.role if user_id is not None else sa.literal(None).label("role"))
        if user_id is not None:
            query = query.join(
                ProjectMember, sa.and_(ProjectMember.project_id == Project.id, ProjectMember.user_id == user_id)
            )
        query = query.where(
            Project.archived_at.is_not(None) if archived else Project.archived_at.is_(None),
            Project.deleted_at.is_(None),
        )
        order = (Project.updated_at, Project.id)
        if after is not None:
            query = query.where(behind(order, decode_after(after, 2), descending=True))
        size = clamp(limit)
        rows = self.session.execute(query.order_by(*(column.desc() for column in order)).limit(size + 1)).all()
        items = [_row(row) for row in rows[:size]]
        last = rows[size - 1] if len(rows) > size else None
        return Page(items, encode_after([last.updated_at, last.id]) if last else None)

    def live(self, user_id: int | None) -> list[Project]:
        """Return a member's projects that are not archived, by name; None means all of them."""
        query = sa.select(Project).where(*LIVE).order_by(Project.name)
        if user_id is not None:
            query = query.join(ProjectMember, ProjectMember.project_id == Project.id)
            query = query.where(ProjectMember.user_id == user_id)
        return list(self.session.scalars(query))

    def choices(self, user_id: int | None) -> list[tuple[str, str]]:
        """Return (slug, name) of the live projects this person may edit; None means all of them."""
        query = sa.select(Project.slug, Project.name).where(*LIVE).order_by(Project.name)
        if user_id is not None:
            query = query.join(ProjectMember, ProjectMember.project_id == Project.id).where(
                ProjectMember.user_id == user_id, ProjectMember.role != MemberRole.VIEWER
            )
        return [(slug, name) for slug, name in self.session.execute(query)]

    def deleted(self, owner_id: int | None) -> list[Project]:
        """Return the projects in the trash that this person owns, last deleted first; None means all of them."""
        query = (
            sa.select(Project).where(Project.deleted_at.is_not(None)).order_by(Project.deleted_at.desc(), Project.id)
        )
        if owner_id is not None:
            query = query.join(ProjectMember, ProjectMember.project_id == Project.id)
            query = query.where(ProjectMember.user_id == owner_id, ProjectMember.role == MemberRole.OWNER)
        return list(self.session.scalars(query.limit(MAX_ROWS)))

    def slug_is_free(self, slug: str, project_id: int | None = None) -> bool:
        """Say whether no other project has, or had, this address."""
        taken = self.find_by_slug(slug)
        return taken is None or taken.id == project_id

    def keep_old_slug(self, slug: str, project_id: int) -> None:
        """Let the old address lead to the project from now on."""
        self.session.merge(ProjectSlug(slug=slug, project_id=project_id))

    def add_counts(self, project_id: int, *, media: int = 0, clips: int = 0) -> None:
        """Move the kept counts by Core: the page's version does not change for them."""
        self.session.connection().execute(ADD_COUNTS, {"project": project_id, "media": media, "clips": clips})

    def names(self, ids: Iterable[int]) -> dict[int, Project]:
        """Return projects by id."""
        found = self.session.scalars(sa.select(Project).where(Project.id.in_(list(ids))))
        return {project.id: project for project in found}


def _row(row: Any) -> ProjectRow:
    return ProjectRow(
        slug=row.slug,
        name=row.name,
        description=row.description,
        media_count=row.media_count,
        clip_count=row.clip_count,
        updated_at=row.updated_at,
        role=row.role or MemberRole.OWNER,
    )
