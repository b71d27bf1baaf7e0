"""Whether the index is whole: what the last check found, and the check itself."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.settings import recall, remember
from app.core.texts import plural
from app.index.models import SearchDocument
from app.index.tables import missing

SETTING = "index"
# Raised whenever folding or splitting changes: documents written before then answer differently.
INDEX_VERSION = 1
MEND = "An operator can rebuild it with: flask search reindex"
WELL = "The search index is whole."


@dataclass(frozen=True)
class IndexState:
    """What the last check found; `words` is fit for the page when it is not well."""

    well: bool
    words: str


def state(session: Session) -> IndexState:
    """Return what the last check found, by one small read; well where nobody has checked yet."""
    kept = recall(session, SETTING) or {}
    if kept.get("version", INDEX_VERSION) != INDEX_VERSION:
        return IndexState(False, f"The search index is from an older version and may miss things. {MEND}")
    return IndexState(kept.get("well", True), kept.get("words", WELL))


def check(session: Session, models: list[Any]) -> IndexState:
    """Compare the documents of every findable model with its rows, and look for what is missing."""
    gone = missing(session.connection())
    if gone:
        return IndexState(False, f"The search index is missing ({', '.join(gone)}). {MEND}")
    lacking, left_over = 0, 0
    for model in models:
        without, stray = _differences(session, model)
        lacking, left_over = lacking + without, left_over + stray
    if lacking or left_over:
        found = " and ".join(
            words
            for count, words in (
                (lacking, f"{plural(lacking, 'thing', 'things')} cannot be found"),
                (left_over, f"{plural(left_over, 'thing', 'things')} should no longer be found"),
            )
            if count
        )
        return IndexState(False, f"The search index is out of step: {found}. {MEND}")
    return IndexState(True, WELL)


def keep(session: Session, found: IndexState) -> None:
    """Remember what a check found, for the pages."""
    version = (recall(session, SETTING) or {}).get("version", INDEX_VERSION)
    remember(session, SETTING, {"version": version, "well": found.well, "words": found.words})


def _differences(session: Session, model: Any) -> tuple[int, int]:
    """Return how many live rows have no document, and how many documents no live row."""
    kind = model.tracking.entity_type
    live = sa.select(model.id)
    if hasattr(model, "deleted_at"):
        live = live.where(model.deleted_at.is_(None))
    documents = sa.select(SearchDocument.entity_id).where(SearchDocument.entity_type == kind)
    without = live.where(~sa.exists(documents.where(SearchDocument.entity_id == model.id)))
    stray = documents.where(~sa.exists(live.where(model.id == SearchDocument.entity_id)))
    return _count(session, without), _count(session, stray)


def _count(session: Session, query: sa.Select[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
