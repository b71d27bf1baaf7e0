"""Which domain error a database error stands for: one table for SQLite, PostgreSQL and MariaDB."""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from app.core.error_kinds import BUSY, DEADLOCK, FULL, kind_of
from app.core.errors import Conflict, DomainError, Stale, Unavailable
from app.core.texts import later, say

# PostgreSQL: serialization failure, deadlock, lock not available. MariaDB: lock wait timeout, deadlock.
TRANSIENT_STATES = {"40001", "40P01", "55P03"}
TRANSIENT_CODES = {1205, 1213}
# MariaDB: raised by a trigger of ours, unknown column.
MISTAKES = {1644, 1054}
# MariaDB: no FULLTEXT index over the columns that MATCH names.
NO_FULLTEXT_INDEX = 1191
# MariaDB duplicate entry: the key's name is the only thing the server gives, inside the message.
DUPLICATE_CODE = 1062
SILENT = later("The database does not answer just now. Nothing was saved; try again in a moment.")
CROWDED = later("Others have been writing for too long. Nothing was saved; try again in a moment.")
WORDS: dict[str, str] = {
    FULL: later("The disk of this server is full. Nothing was saved; whoever runs it has to make room."),
    BUSY: CROWDED,
    DEADLOCK: CROWDED,
}
KEY_NAME = re.compile(r"for key '(?:\w+\.)?(\w+)'")
FAILED_COLUMNS = re.compile(r"UNIQUE constraint failed: (.+)")


def domain_error(error: SQLAlchemyError, metadata: sa.MetaData) -> DomainError | None:
    """Return the domain error in words, or None where the error is a mistake of ours."""
    if isinstance(error, StaleDataError):
        return Stale(say("Somebody saved this while you were editing."), {}, {}, 0)
    if isinstance(error, IntegrityError):
        return _conflict(error, metadata)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable(SILENT)
    if isinstance(error, DBAPIError) and _index_is_gone(error):
        return Unavailable(say("The search index is missing. An operator can rebuild it with: flask search reindex"))
    if isinstance(error, OperationalError) and not _is_mistake(error.orig):
        return Unavailable(WORDS.get(kind_of(error.orig) if error.orig else "", SILENT))
    return None


def is_transient(error: BaseException | None) -> bool:
    """Say whether the same unit may pass when tried again: busy, deadlock, serialization."""
    while error is not None:
        original = getattr(error, "orig", None)
        if original is not None and _is_transient_driver_error(original):
            return True
        error = error.__cause__
    return False


def _index_is_gone(error: DBAPIError) -> bool:
    """Say whether a search failed because the full-text table or index it asks is not there."""
    original = error.orig
    if "search_fts" in (error.statement or "") or "search_names" in (error.statement or ""):
        return getattr(original, "sqlite_errorname", "") == "SQLITE_ERROR"
    return original is not None and bool(original.args) and original.args[0] == NO_FULLTEXT_INDEX


def _is_mistake(original: Any) -> bool:
    """Say whether the statement itself was refused: trying again would not help."""
    if getattr(original, "sqlite_errorname", "") == "SQLITE_ERROR":
        return True
    return bool(original.args) and original.args[0] in MISTAKES


def _is_transient_driver_error(original: Any) -> bool:
    if getattr(original, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    if getattr(original, "sqlstate", None) in TRANSIENT_STATES:
        return True
    return bool(original.args) and original.args[0] in TRANSIENT_CODES


def _conflict(error: IntegrityError, metadata: sa.MetaData) -> DomainError | None:
    constraint = _broken_constraint(error.orig, metadata)
    if constraint is None:
        return None
    field = constraint.info.get("field") or next(iter(constraint.columns)).name
    return Conflict(constraint.info.get("words", say("This is already taken.")), field)


def _broken_constraint(original: Any, metadata: sa.MetaData) -> sa.UniqueConstraint | None:
    diagnosis = getattr(original, "diag", None)
    if diagnosis is not None:
        return _by_name(metadata, diagnosis.constraint_name)
    # pysqlite3 gives the plain code where the standard library gives the extended one.
    if getattr(original, "sqlite_errorname", "").startswith("SQLITE_CONSTRAINT"):
        found = FAILED_COLUMNS.search(str(original))
        return _by_columns(metadata, found.group(1)) if found else None
    if original.args and original.args[0] == DUPLICATE_CODE:
        found = KEY_NAME.search(str(original.args[1]))
        return _by_name(metadata, found.group(1)) if found else None
    return None


def _unique_constraints(metadata: sa.MetaData) -> list[sa.UniqueConstraint]:
    return [
        constraint
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ]


def _by_name(metadata: sa.MetaData, name: str | None) -> sa.UniqueConstraint | None:
    return next((known for known in _unique_constraints(metadata) if str(known.name) == name), None)


def _by_columns(metadata: sa.MetaData, listed: str) -> sa.UniqueConstraint | None:
    wanted = sorted(part.strip() for part in listed.split(","))
    for known in _unique_constraints(metadata):
        if sorted(f"{known.table.name}.{column.name}" for column in known.columns) == wanted:
            return known
    return None
