"""Build the index anew from the rows themselves, a few hundred at a time, while people go on working."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.db import Base
from app.core.settings import remember
from app.index.models import SearchDocument
from app.index.state import INDEX_VERSION, SETTING
from app.index.tables import ensure
from app.index.writer import document_of, tags_of, token_prefix

BATCH = 500

Unit = Callable[[], AbstractContextManager[Session]]


def findable_models() -> list[Any]:
    """Return every model whose rows can be found, by the name their documents carry."""
    models = [mapper.class_ for mapper in Base.registry.mappers]
    return sorted(
        (model for model in models if hasattr(model, "words") and hasattr(model, "tracking")),
        key=lambda model: str(model.tracking.entity_type),
    )


def rebuild(unit: Unit) -> Iterator[tuple[str, int]]:
    """Replace every document, in units of 500 rows; yields (entity type, documents written so far) after each.

    Whoever writes meanwhile keeps the index in step by the same transaction, so nothing is missed.
    """
    with unit() as session:
        ensure(session.connection())
    for model in findable_models():
        written, after_id = 0, 0
        while True:
            with unit() as session:
                rows = _rows(session, model, after_id)
                last_id = rows[-1].id if len(rows) == BATCH else None
                written += _replace(session, model.tracking.entity_type, rows, after_id, last_id)
            yield model.tracking.entity_type, written
            if last_id is None:
                break
            after_id = last_id
    with unit() as session:
        _forget_strangers(session)
        remember(session, SETTING, {"version": INDEX_VERSION, "well": True, "words": "The search index was rebuilt."})


def _rows(session: Session, model: Any, after_id: int) -> list[Any]:
    return list(session.scalars(sa.select(model).where(model.id > after_id).order_by(model.id).limit(BATCH)))


def _replace(session: Session, entity_type: str, rows: list[Any], after_id: int, last_id: int | None) -> int:
    """Write the documents of these rows over everything the index holds between the two ids."""
    connection = session.connection()
    mine = (SearchDocument.entity_type == entity_type, SearchDocument.entity_id > after_id)
    old = sa.delete(SearchDocument).where(*mine)
    connection.execute(old if last_id is None else old.where(SearchDocument.entity_id <= last_id))
    prefix = token_prefix(connection.dialect.name)
    tags = tags_of(session, rows)
    found = [document for row in rows if (document := document_of(row, prefix, tags)) is not None]
    if found:
        connection.execute(sa.insert(SearchDocument), found)
    return len(found)


def _forget_strangers(session: Session) -> None:
    """Remove documents of kinds nothing has any more."""
    kinds = [model.tracking.entity_type for model in findable_models()]
    session.connection().execute(sa.delete(SearchDocument).where(SearchDocument.entity_type.not_in(kinds)))
