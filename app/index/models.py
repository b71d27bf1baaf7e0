"""One row per thing with words, apart from the things themselves, so that no domain table carries an index."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, LongText
from app.core.db import Base


class SearchDocument(Base):
    """The folded words of one row; the database's full-text index stands over title, body and tags."""

    __tablename__ = "search_documents"
    __table_args__ = (
        sa.UniqueConstraint("entity_type", "entity_id"),
        sa.UniqueConstraint("place"),
        sa.Index("ix_search_documents_scope_place", "scope", "place"),
        sa.Index("ix_search_documents_project_id", "project_id"),
        sa.Index("ix_search_documents_media_id", "media_id"),
    )

    id: Mapped[Id]
    # Both are made of the columns below (see `kinds`): what the full-text tables sort and narrow by.
    place: Mapped[int] = mapped_column(sa.BigInteger())
    scope: Mapped[str] = mapped_column(sa.String(64))
    project_id: Mapped[int]
    entity_type: Mapped[str] = mapped_column(sa.String(32))
    entity_id: Mapped[int]
    media_id: Mapped[int | None]
    start_ms: Mapped[int | None]
    title: Mapped[str] = mapped_column(LongText, default="")
    body: Mapped[str] = mapped_column(LongText, default="")
    tags: Mapped[str] = mapped_column(LongText, default="")
