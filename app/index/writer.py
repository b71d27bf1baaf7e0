"""Keep the index in step: after every flush the changed rows' words are written in the same transaction."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.changes import Change
from app.core.search_text import tokens
from app.index.kinds import place_of, scope_of
from app.index.models import SearchDocument


@dataclass(frozen=True)
class Words:
    """What of a row can be found, and where it belongs."""

    project_id: int
    title: str
    body: str = ""
    tags: str = ""
    media_id: int | None = None
    start_ms: int | None = None


@runtime_checkable
class Findable(Protocol):
    """A model whose rows can be found; `words()` is None while a row must not be."""

    id: Any

    def words(self) -> Words | None: ...


# Put together once: they run with every act.
FORGET = sa.delete(SearchDocument).where(SearchDocument.place == sa.bindparam("old"))
WRITE = sa.insert(SearchDocument)

# MariaDB neither indexes short words nor stopwords; two letters in front lift both limits.
MARIADB_PREFIX = "xx"


def write_words(session: Session, changes: list[Change]) -> None:
    """Replace the documents of the changed rows; registered with `core.changes`."""
    findable = [change for change in changes if isinstance(change.entity, Findable)]
    if not findable:
        return
    connection = session.connection()
    prefix = token_prefix(connection.dialect.name)
    # What was just made has no document yet.
    old = [place_of(change.tracking.entity_type, change.entity.id) for change in findable if change.kind != "CREATE"]
    if old:
        connection.execute(FORGET, [{"old": place} for place in old])
    live = [change.entity for change in findable if change.kind != "DELETE"]
    rows = [row for entity in live if (row := document_of(entity, prefix)) is not None]
    if rows:
        connection.execute(WRITE, rows)


def token_prefix(dialect: str) -> str:
    """Return what stands before each token on this database."""
    return MARIADB_PREFIX if dialect in ("mysql", "mariadb") else ""


def document_of(entity: Any, prefix: str) -> dict[str, Any] | None:
    """Return the columns of a row's document, or None while it must not be found."""
    words = entity.words()
    if words is None:
        return None
    kind = entity.tracking.entity_type
    return {
        "place": place_of(kind, entity.id),
        "scope": scope_of(words.project_id, kind),
        "project_id": words.project_id,
        "entity_type": kind,
        "entity_id": entity.id,
        "media_id": words.media_id,
        "start_ms": words.start_ms,
        "title": _held(words.title, prefix),
        "body": _held(words.body, prefix),
        "tags": _held(words.tags, prefix),
    }


def _held(text: str, prefix: str) -> str:
    return " ".join(prefix + token for token in tokens(text))
