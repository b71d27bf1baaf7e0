"""Keep the index in step: after every flush the changed rows' words are written in the same transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import sqlalchemy as sa
from sqlalchemy.engine import Connection
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


# Rooms whose rows carry tags register how their names are read: (session, ids) to names by id.
TagReader = Callable[[Session, Sequence[int]], dict[int, str]]
_tag_readers: dict[str, TagReader] = {}

# Put together once: they run with every act.
FORGET = sa.delete(SearchDocument).where(SearchDocument.place == sa.bindparam("old"))
WRITE = sa.insert(SearchDocument)
REWORDED = ("scope", "project_id", "media_id", "start_ms", "title", "body")
REWORD = (
    sa.update(SearchDocument)
    .where(SearchDocument.place == sa.bindparam("at"))
    .values({name: sa.bindparam(f"new_{name}") for name in REWORDED})
)
RETAG = sa.update(SearchDocument).where(SearchDocument.place == sa.bindparam("at")).values(tags=sa.bindparam("held"))

Tags = dict[tuple[str, int], str]

# MariaDB neither indexes short words nor stopwords; two letters in front lift both limits.
MARIADB_PREFIX = "xx"


def write_words(session: Session, changes: list[Change]) -> None:
    """Bring the documents of the changed rows up to date; registered with `core.changes`."""
    findable = [change for change in changes if isinstance(change.entity, Findable)]
    if not findable:
        return
    connection = session.connection()
    prefix = token_prefix(connection.dialect.name)
    made = [change.entity for change in findable if change.kind == "CREATE"]
    back = [change.entity for change in findable if change.kind == "UPDATE" and not _reword(connection, change, prefix)]
    for change in findable:
        if change.kind == "DELETE":
            _forget(connection, change)
    # Only what comes back into the index may carry tags already.
    tags = tags_of(session, back)
    rows = [row for entity in made + back if (row := document_of(entity, prefix, tags)) is not None]
    if rows:
        connection.execute(WRITE, rows)


def _reword(connection: Connection, change: Change, prefix: str) -> bool:
    """Write a changed row's words over its document, whose tags stay; False where there is none to write over."""
    row = document_of(change.entity, prefix, {})
    if row is None:
        _forget(connection, change)
        return True
    values = {f"new_{name}": row[name] for name in REWORDED}
    return connection.execute(REWORD, {"at": row["place"], **values}).rowcount == 1


def _forget(connection: Connection, change: Change) -> None:
    connection.execute(FORGET, {"old": place_of(change.tracking.entity_type, change.entity.id)})


def reads_tags(kind: str) -> Callable[[TagReader], TagReader]:
    """Register how the names of the tags on rows of this kind are read."""

    def register(reader: TagReader) -> TagReader:
        _tag_readers[kind] = reader
        return reader

    return register


def tags_of(session: Session, entities: Sequence[Any]) -> Tags:
    """Return the names of the tags on these rows, by kind and id; one query for each kind that carries any."""
    found: Tags = {}
    for kind in {entity.tracking.entity_type for entity in entities} & _tag_readers.keys():
        ids = [entity.id for entity in entities if entity.tracking.entity_type == kind]
        found |= {(kind, id): names for id, names in _tag_readers[kind](session, ids).items()}
    return found


def rewrite_tags(session: Session, kind: str, ids: Sequence[int]) -> None:
    """Bring the tags of these rows' documents up to what they carry now."""
    if not ids:
        return
    connection = session.connection()
    prefix = token_prefix(connection.dialect.name)
    names = _tag_readers[kind](session, ids)
    rows = [{"at": place_of(kind, id), "held": _held(names.get(id, ""), prefix)} for id in ids]
    connection.execute(RETAG, rows)


def token_prefix(dialect: str) -> str:
    """Return what stands before each token on this database."""
    return MARIADB_PREFIX if dialect in ("mysql", "mariadb") else ""


def document_of(entity: Any, prefix: str, tags: Tags) -> dict[str, Any] | None:
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
        "tags": _held(tags.get((kind, entity.id), words.tags), prefix),
    }


def _held(text: str, prefix: str) -> str:
    return " ".join(prefix + token for token in tokens(text))
