"""Projects and who belongs to them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, object_session
from sqlalchemy.orm.util import identity_key

from app.auth.models import User
from app.core.changes import Tracking
from app.core.columns import CreatedAt, Id, PublicId, UpdatedAt, UtcDateTime, enum_column
from app.core.db import Base
from app.core.texts import later


class MemberRole(StrEnum):
    """What a person may do in one project; each includes the ones before it."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"


class Project(Base):
    """A body of footage and the people who work on it."""

    __tablename__ = "projects"
    __table_args__ = (
        sa.UniqueConstraint(
            "slug", info={"field": "slug", "words": later("This address is already used by another project.")}
        ),
        sa.UniqueConstraint(
            "name", info={"field": "name", "words": later("This name is already used by another project.")}
        ),
        sa.UniqueConstraint(
            "workspace_hash",
            info={"field": "workspace_path", "words": later("Another project already uses this folder.")},
        ),
        sa.Index("ix_projects_updated_at_id", "updated_at", "id"),
        sa.Index("ix_projects_created_by", "created_by"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
    )
    tracking: ClassVar[Tracking] = Tracking(
        "project", ignored=frozenset({"media_count", "clip_count", "workspace_hash", "public_id", "created_by"})
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str | None] = mapped_column(sa.Text())
    workspace_path: Mapped[str | None] = mapped_column(sa.String(1024))
    workspace_hash: Mapped[str | None] = mapped_column(sa.String(64))
    media_count: Mapped[int] = mapped_column(default=0)
    clip_count: Mapped[int] = mapped_column(default=0)
    language: Mapped[str | None] = mapped_column(sa.String(16))
    silence_db: Mapped[int | None]
    quota_bytes: Mapped[int | None] = mapped_column(sa.BigInteger())
    output_width: Mapped[int | None]
    output_height: Mapped[int | None]
    fps_num: Mapped[int | None]
    fps_den: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    __mapper_args__ = {"version_id_col": version}

    @property
    def project_id(self) -> int:
        return self.id

    @property
    def archived(self) -> bool:
        return self.archived_at is not None

    @property
    def audit_name(self) -> str:
        return self.name


class ProjectMember(Base):
    """One person's role in one project."""

    __tablename__ = "project_members"

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[MemberRole] = mapped_column(enum_column(MemberRole, "role"))
    added_at: Mapped[CreatedAt]
    tracking: ClassVar[Tracking] = Tracking("member", ignored=frozenset({"added_at", "project_id"}))

    @property
    def id(self) -> int:
        """Return whose membership it is: what the history files it under."""
        return self.user_id

    @property
    def audit_name(self) -> str | None:
        """Return the person's name where the unit has them at hand; the history asks for no more."""
        session = object_session(self)
        person = session.identity_map.get(identity_key(User, self.user_id)) if session else None
        return person.display_name if person is not None else None


class ProjectSlug(Base):
    """An address a project once had; it leads to the present one."""

    __tablename__ = "project_slugs"

    slug: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"), index=True)
