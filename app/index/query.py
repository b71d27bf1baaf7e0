"""Ask the index: all words must be there, the last one may be the beginning of a word or part of a name."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.search_text import query_tokens
from app.index.kinds import place_of, scope_of
from app.index.models import SearchDocument
from app.index.writer import token_prefix

# Trigrams answer for pieces of three letters or more.
SHORTEST_PIECE = 3
# More matches than this are neither ranked nor counted; the page says so.
MOST_MATCHES = 2000

LAST_PLACE = 1 << 62
PLACE = sa.column("place", sa.BigInteger)
# The full-text tables are read from the end of their lists, and no further than they are asked for.
WHOLE_WORDS = sa.text(
    "SELECT rowid AS place FROM search_fts WHERE search_fts MATCH :words AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :most"
)
# Trigrams know no scope: the document itself is looked at.
WORDS_OR_PIECES = sa.text(
    "SELECT place FROM ("
    "SELECT * FROM (SELECT rowid AS place FROM search_fts WHERE search_fts MATCH :words AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :most)"
    " UNION "
    "SELECT * FROM (SELECT n.rowid AS place FROM search_names n JOIN search_documents d ON d.place = n.rowid"
    " WHERE search_names MATCH :piece AND n.rowid < :before AND d.scope IN :scopes ORDER BY n.rowid DESC LIMIT :most)"
    ") ORDER BY place DESC LIMIT :most"
)

Places = Any


def matching_ids(session: Session, text: str, entity_type: str, project_id: int) -> sa.Select[int] | None:
    """Return a query for the ids of the newest 2,000 rows of this type that `text` finds in a project.

    None where the text holds no word.
    """
    return newest_ids(session, text, entity_type, project_id, limit=MOST_MATCHES)


def newest_ids(
    session: Session, text: str, entity_type: str, project_id: int, *, limit: int, before_id: int | None = None
) -> sa.Select[int] | None:
    """Return a query for the ids of the newest `limit` matches, newest first, all older than `before_id`."""
    wanted = query_tokens(text)
    if not wanted:
        return None
    before = place_of(entity_type, before_id) if before_id is not None else None
    places = newest_places(session, wanted, [scope_of(project_id, entity_type)], limit=limit, before=before).subquery()
    return sa.select(_id_of(places.c.place))


def newest_places(
    session: Session, wanted: list[str], scopes: Sequence[str], *, limit: int, before: int | None = None
) -> Places:
    """Return a query for the `limit` greatest places of documents in these scopes that hold all wanted tokens."""
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        return _sqlite(wanted, scopes, limit, before)
    condition = _postgresql(wanted) if dialect == "postgresql" else _mariadb(wanted)
    query = sa.select(SearchDocument.place).where(SearchDocument.scope.in_(scopes), condition)
    if before is not None:
        query = query.where(SearchDocument.place < before)
    return query.order_by(SearchDocument.place.desc()).limit(limit)


def _id_of(place: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # Four bits to the right: a division whose kind of result no two databases agree on.
    return place.op(">>", return_type=sa.BigInteger())(sa.literal_column("4"))


def _sqlite(wanted: list[str], scopes: Sequence[str], limit: int, before: int | None) -> Places:
    words = " ".join(f'"{token}"' for token in wanted) + "*"
    mine = " OR ".join(f'"{scope}"' for scope in scopes)
    asked = {
        "words": f"{{scope}} : ({mine}) AND {{title body tags}} : ({words})",
        "before": before if before is not None else LAST_PLACE,
        "most": limit,
    }
    if not _is_piece(wanted):
        return WHOLE_WORDS.bindparams(*_own(asked)).columns(PLACE)
    asked |= {"piece": f'"{wanted[0]}"'}
    mine_too: sa.BindParameter[Any] = sa.bindparam("scopes", list(scopes), expanding=True, unique=True)
    return WORDS_OR_PIECES.bindparams(*_own(asked), mine_too).columns(PLACE)


def _own(asked: dict[str, Any]) -> list[sa.BindParameter[Any]]:
    """Return the values under names that stay apart when one query asks the index twice."""
    return [sa.bindparam(name, value, unique=True) for name, value in asked.items()]


def _postgresql(wanted: list[str]) -> sa.ColumnElement[bool]:
    # Tokens are letters and digits only, so nothing in them means anything to to_tsquery.
    terms = " & ".join(wanted) + ":*"
    whole = sa.text("search_documents.words @@ to_tsquery('simple', :terms)").bindparams(terms=terms)
    if not _is_piece(wanted):
        return sa.and_(whole)
    return sa.or_(whole, SearchDocument.title.contains(wanted[0], autoescape=True))


def _mariadb(wanted: list[str]) -> sa.ColumnElement[bool]:
    prefix = token_prefix("mysql")
    terms = " ".join(f"+{prefix}{token}" for token in wanted) + "*"
    whole = sa.text(
        "MATCH(search_documents.title, search_documents.body, search_documents.tags) AGAINST(:terms IN BOOLEAN MODE)"
    ).bindparams(terms=terms)
    if not _is_piece(wanted):
        return sa.and_(whole)
    return sa.or_(whole, SearchDocument.title.contains(wanted[0], autoescape=True))


def _is_piece(wanted: list[str]) -> bool:
    """Say whether this may be part of a name: one token, long enough to be telling."""
    return len(wanted) == 1 and len(wanted[0]) >= SHORTEST_PIECE
