"""Ask the index: all words must be there, the last one may be the beginning of a word or part of a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.index.kinds import KIND_BITS, place_of, scope_of
from app.index.models import SearchDocument
from app.index.question import Question, plain
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

WORDS_OR_PIECES_OF_ONE = sa.text(
    "SELECT place FROM ("
    "SELECT * FROM (SELECT rowid AS place FROM search_fts WHERE search_fts MATCH :words AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :most)"
    " UNION "
    "SELECT * FROM (SELECT n.rowid AS place FROM search_names n JOIN search_documents d ON d.place = n.rowid"
    " WHERE search_names MATCH :piece AND n.rowid < :before AND d.scope = :scope ORDER BY n.rowid DESC LIMIT :most)"
    ") ORDER BY place DESC LIMIT :most"
)
# Among many scopes the document itself is looked at: the index would have to bring all their lists together first.
# CROSS and the plus keep the database from going through the scopes one by one.
WHOLE_WORDS_AMONG = sa.text(
    "SELECT f.rowid AS place FROM search_fts f CROSS JOIN search_documents d ON d.place = f.rowid"
    " WHERE search_fts MATCH :words AND f.rowid < :before AND +d.scope IN :scopes ORDER BY f.rowid DESC LIMIT :most"
)
WORDS_OR_PIECES_AMONG = sa.text(
    "SELECT place FROM ("
    "SELECT * FROM (SELECT f.rowid AS place FROM search_fts f CROSS JOIN search_documents d ON d.place = f.rowid"
    " WHERE search_fts MATCH :words AND f.rowid < :before AND +d.scope IN :scopes ORDER BY f.rowid DESC LIMIT :most)"
    " UNION "
    "SELECT * FROM (SELECT n.rowid AS place FROM search_names n CROSS JOIN search_documents d ON d.place = n.rowid"
    " WHERE search_names MATCH :piece AND n.rowid < :before AND +d.scope IN :scopes ORDER BY n.rowid DESC LIMIT :most)"
    ") ORDER BY place DESC LIMIT :most"
)
FEW_SCOPES = 30

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
    question = plain(text)
    if not question.asks:
        return None
    before = place_of(entity_type, before_id) if before_id is not None else None
    wanted = Wanted(question, [scope_of(project_id, entity_type)], limit, before)
    places = newest_places(session, wanted).subquery()
    return sa.select(_id_of(places.c.place))


def find_newest(
    session: Session, text: str, entity_type: str, project_id: int, *, limit: int, before_id: int | None = None
) -> list[int]:
    """Return the ids of the newest `limit` matches, newest first, all older than `before_id`; none without a word."""
    question = plain(text)
    if not question.asks:
        return []
    before = place_of(entity_type, before_id) if before_id is not None else None
    wanted = Wanted(question, [scope_of(project_id, entity_type)], limit, before)
    places: Sequence[int]
    if session.get_bind().dialect.name == "sqlite":
        places = _read_sqlite(session, wanted)
    else:
        places = session.scalars(newest_places(session, wanted)).all()
    return [place >> KIND_BITS for place in places]


@dataclass(frozen=True)
class Wanted:
    """What is asked of the index: the newest `limit` places before `before`, in these scopes."""

    question: Question
    scopes: Sequence[str]
    limit: int = MOST_MATCHES
    before: int | None = None

    @property
    def piece(self) -> str | None:
        """Return what may be part of a name: one word alone, long enough to be telling."""
        asked = self.question
        alone = len(asked.words) == 1 and not asked.phrases and not asked.without
        return asked.words[0] if alone and len(asked.words[0]) >= SHORTEST_PIECE else None


def newest_places(session: Session, wanted: Wanted) -> Places:
    """Return a query for the greatest places of documents that hold what is wanted."""
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        return _sqlite(wanted)
    query = sa.select(SearchDocument.place)
    condition = (_postgresql if dialect == "postgresql" else _mariadb)(wanted)
    if condition is not None:
        query = query.where(condition)
    query = query.where(SearchDocument.scope.in_(wanted.scopes))
    if wanted.before is not None:
        query = query.where(SearchDocument.place < wanted.before)
    return query.order_by(SearchDocument.place.desc()).limit(wanted.limit)


def _id_of(place: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # Four bits to the right: a division whose kind of result no two databases agree on.
    return place.op(">>", return_type=sa.BigInteger())(sa.literal_column("4"))


def _sqlite(wanted: Wanted) -> Places:
    few = len(wanted.scopes) <= FEW_SCOPES
    match = _match(wanted.question, wanted.scopes if few else ())
    if match is None:
        # Only fields are asked for: every document of these scopes may be meant.
        every = sa.select(SearchDocument.place).where(SearchDocument.scope.in_(wanted.scopes))
        return every.order_by(SearchDocument.place.desc()).limit(wanted.limit)
    before = wanted.before if wanted.before is not None else LAST_PLACE
    asked: dict[str, Any] = {"words": match, "before": before, "most": wanted.limit}
    scopes: sa.BindParameter[Any] = sa.bindparam("scopes", list(wanted.scopes), expanding=True, unique=True)
    if wanted.piece is None:
        if few:
            return WHOLE_WORDS.bindparams(*_own(asked)).columns(PLACE)
        return WHOLE_WORDS_AMONG.bindparams(*_own(asked), scopes).columns(PLACE)
    asked |= {"piece": f'"{wanted.piece}"'}
    text = WORDS_OR_PIECES if few else WORDS_OR_PIECES_AMONG
    return text.bindparams(*_own(asked), scopes).columns(PLACE)


def _read_sqlite(session: Session, wanted: Wanted) -> Sequence[int]:
    """Ask by a statement that was put together once; what a list asks as somebody types."""
    values: dict[str, Any] = {
        "words": _match(wanted.question, wanted.scopes),
        "before": wanted.before if wanted.before is not None else LAST_PLACE,
        "most": wanted.limit,
    }
    if wanted.piece is None:
        return session.scalars(WHOLE_WORDS, values).all()
    (scope,) = wanted.scopes
    return session.scalars(WORDS_OR_PIECES_OF_ONE, {**values, "piece": f'"{wanted.piece}"', "scope": scope}).all()


def _match(question: Question, scopes: Sequence[str]) -> str | None:
    """Return the question in FTS5's words; tokens are letters and digits only, and quoted all the same."""
    parts = [f'"{" ".join(phrase)}"' for phrase in question.phrases] + [f'"{word}"' for word in question.words]
    if question.words:
        parts[-1] += "*"
    asked = [f"{{title body tags}} : ({' AND '.join(parts)})"] if parts else []
    if scopes:
        mine = " OR ".join(f'"{scope}"' for scope in scopes)
        asked.insert(0, f"{{scope}} : ({mine})")
    if asked and question.without:
        left_out = " OR ".join(f'"{word}"' for word in question.without)
        asked[-1] = f"({asked[-1]} NOT {{title body tags}} : ({left_out}))"
    return " AND ".join(asked) or None


def _own(asked: dict[str, Any]) -> list[sa.BindParameter[Any]]:
    """Return the values under names that stay apart when one query asks the index twice."""
    return [sa.bindparam(name, value, unique=True) for name, value in asked.items()]


def _postgresql(wanted: Wanted) -> sa.ColumnElement[bool] | None:
    # Tokens are letters and digits only, so nothing in them means anything to to_tsquery.
    question = wanted.question
    parts = [" <-> ".join(phrase) for phrase in question.phrases] + list(question.words)
    if question.words:
        parts[-1] += ":*"
    parts += [f"!{word}" for word in question.without]
    if not parts:
        return None
    whole = sa.text("search_documents.words @@ to_tsquery('simple', :terms)")
    asked = whole.bindparams(sa.bindparam("terms", " & ".join(parts), unique=True))
    return _or_piece(asked, wanted, SearchDocument.title)


def _mariadb(wanted: Wanted) -> sa.ColumnElement[bool] | None:
    prefix, question = token_prefix("mysql"), wanted.question
    parts = [f'+"{" ".join(prefix + word for word in phrase)}"' for phrase in question.phrases]
    parts += [f"+{prefix}{word}" for word in question.words]
    if question.words:
        parts[-1] += "*"
    parts += [f"-{prefix}{word}" for word in question.without]
    if not parts:
        return None
    whole = sa.text(
        "MATCH(search_documents.title, search_documents.body, search_documents.tags) AGAINST(:terms IN BOOLEAN MODE)"
    )
    # A piece that begins like the prefix would find every name: names are looked at without it.
    names = sa.func.replace(sa.func.concat(" ", SearchDocument.title), f" {prefix}", " ")
    return _or_piece(whole.bindparams(sa.bindparam("terms", " ".join(parts), unique=True)), wanted, names)


def _or_piece(whole: sa.TextClause, wanted: Wanted, names: sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    if wanted.piece is None:
        return sa.and_(whole)
    return sa.or_(whole, names.contains(wanted.piece, autoescape=True))
