"""Tags of a project; what they are on belongs to the rooms above, which register their link tables."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.changes import Tracking
from app.core.clock import now
from app.core.columns import CreatedAt, Id, PublicId, UtcDateTime
from app.core.db import Base
from app.core.texts import later


class Tag(Base):
    """One word, or a few; two that fold to the same are the same tag."""

    __tablename__ = "tags"
    __table_args__ = (
        sa.UniqueConstraint(
            "project_id",
            "normalized_name",
            info={"field": "name", "words": later("This project has such a tag already.")},
        ),
        sa.CheckConstraint("color BETWEEN 1 AND 6", name="color"),
    )
    tracking: ClassVar[Tracking] = Tracking("tag", ignored=frozenset({"public_id", "normalized_name"}))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(64))
    normalized_name: Mapped[str] = mapped_column(sa.String(64))
    color: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]

    @property
    def audit_name(self) -> str:
        return self.name


def link_table(name: str, owner: str) -> sa.Table:
    """Return the table that says which rows of `owner` carry which tags; the room of `owner` keeps it."""
    column = {"media": "media_id", "clips": "clip_id"}[owner]
    return sa.Table(
        name,
        Base.metadata,
        sa.Column(column, sa.ForeignKey(f"{owner}.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("added_by", sa.ForeignKey("users.id", ondelete="SET NULL"), index=True),
        sa.Column("created_at", UtcDateTime(), default=now, nullable=False),
    )
