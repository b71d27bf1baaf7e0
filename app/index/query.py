"""Ask the index: all words must be there, the last one may be the beginning of a word or part of a name."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.search_text import query_tokens
from app.index.models import SearchDocument
from app.index.writer import token_prefix

# Trigrams answer for pieces of three letters or more.
SHORTEST_PIECE = 3


def matching_ids(session: Session, text: str, entity_type: str) -> sa.Select[int] | None:
    """Return a query for the ids of this type's rows that `text` finds; None where it holds no word."""
    wanted = query_tokens(text)
    if not wanted:
        return None
    dialect = session.get_bind().dialect.name
    condition = {"sqlite": _sqlite, "postgresql": _postgresql}.get(dialect, _mariadb)(wanted)
    return sa.select(SearchDocument.entity_id).where(SearchDocument.entity_type == entity_type, condition)


def _sqlite(wanted: list[str]) -> sa.ColumnElement[bool]:
    phrase = " ".join(f'"{token}"' for token in wanted) + "*"
    whole = sa.text("search_documents.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH :words)").bindparams(
        words=phrase
    )
    if not _is_piece(wanted):
        return sa.and_(whole)
    piece = sa.text(
        "search_documents.id IN (SELECT rowid FROM search_names WHERE search_names MATCH :piece)"
    ).bindparams(piece=f'"{wanted[0]}"')
    return sa.or_(whole, piece)


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
