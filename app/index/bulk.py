"""Keep the words of rows in step that are written many at once, past the flush that would tell of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.changes import Change, Kind
from app.index.models import SearchDocument
from app.index.writer import write_words

AT_ONCE = 500


def write_documents(session: Session, kind: Kind, entities: Sequence[Any]) -> None:
    """Write, or with "DELETE" forget, the words of findable rows; the rows themselves are the caller's."""
    for start in range(0, len(entities), AT_ONCE):
        some = entities[start : start + AT_ONCE]
        write_words(session, [Change(kind, entity, entity.tracking) for entity in some])


def move_documents(session: Session, entity_type: str, media_id: int, project_id: int) -> None:
    """Let the words of a recording's rows of one kind follow it to another project."""
    mine = (SearchDocument.entity_type == entity_type, SearchDocument.media_id == media_id)
    session.connection().execute(sa.update(SearchDocument).where(*mine).values(project_id=project_id))
