"""Which kind of trouble a driver's error is, in the words the figures use; the same for all three databases."""

from typing import Any

from app.core.texts import later

BUSY, DEADLOCK, LOST, FULL = later("busy"), later("deadlock"), later("connection lost"), later("disk full")
READ_ONLY, DAMAGED, REFUSED = later("write while reading"), later("damaged file"), later("statement refused")
CONSTRAINT, OTHER = later("constraint"), later("other")

# The first letters of SQLite's name for the error.
SQLITE = (
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_FULL", FULL),
    ("SQLITE_CONSTRAINT", CONSTRAINT),
    ("SQLITE_READONLY", READ_ONLY),
    ("SQLITE_CORRUPT", DAMAGED),
    ("SQLITE_NOTADB", DAMAGED),
    ("SQLITE_CANTOPEN", LOST),
    ("SQLITE_ERROR", REFUSED),
)
# The first characters of PostgreSQL's five: codes before the classes they belong to.
POSTGRESQL = (
    ("40P01", DEADLOCK),
    ("40", DEADLOCK),
    ("55P03", BUSY),
    ("57014", BUSY),
    ("53100", FULL),
    ("57P", LOST),
    ("08", LOST),
    ("23", CONSTRAINT),
    ("25006", READ_ONLY),
    ("XX", DAMAGED),
    ("42", REFUSED),
    ("22", REFUSED),
)
MARIADB = {
    1205: BUSY,
    1213: DEADLOCK,
    1021: FULL,
    1114: FULL,
    1062: CONSTRAINT,
    1451: CONSTRAINT,
    1452: CONSTRAINT,
    4025: CONSTRAINT,
    1792: READ_ONLY,
    1064: REFUSED,
    1146: REFUSED,
    1054: REFUSED,
    2002: LOST,
    2003: LOST,
    2006: LOST,
    2013: LOST,
}


def kind_of(error: BaseException, *, is_disconnect: bool = False) -> str:
    """Return the kind of a driver's error."""
    if is_disconnect:
        return LOST
    name, state = getattr(error, "sqlite_errorname", None), getattr(error, "sqlstate", None)
    if name:
        return next((kind for start, kind in SQLITE if name.startswith(start)), OTHER)
    if state:
        return next((kind for start, kind in POSTGRESQL if state.startswith(start)), OTHER)
    code: Any = error.args[0] if error.args else None
    return MARIADB.get(code, OTHER) if isinstance(code, int) else OTHER
