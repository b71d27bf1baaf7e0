"""Whether the database is at the revision this version of the app was written for, and what to do where it is not."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection, Engine

from app.core.db import Base
from app.core.schema import is_ours

EMPTY = "The database is empty. Run: flask db upgrade"
BEHIND = "The database is at an older revision ({current}). Run: flask db upgrade"
NEWER = (
    "The database is at revision {current}, which this version of Rushes does not know: a newer one made it. "
    "Install that version, or bring back a backup with: flask db restore FILE"
)
SPLIT = "The database is at two revisions at once ({current}). Bring back a backup with: flask db restore FILE"
HALF = (
    "A migration did not come to its end: the database says {current} but lacks {lacking}. "
    "Bring back the backup made before it with: flask db restore FILE, then run: flask db upgrade"
)


@dataclass(frozen=True)
class Standing:
    """The database's revision and the newest one there is; `trouble` is the sentence that says what to run, or None."""

    current: str | None
    head: str
    trouble: str | None = None


def standing(engine: Engine, migrations: Path) -> Standing:
    """Compare the database with the migrations and, where the revision is right, its tables with the models."""
    script = ScriptDirectory(str(migrations))
    head = script.get_current_head() or ""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        current = ", ".join(heads)
        if not heads:
            return Standing(None, head, EMPTY)
        if len(heads) > 1:
            return Standing(current, head, SPLIT.format(current=current))
        if current != head:
            words = BEHIND if _is_known(script, current) else NEWER
            return Standing(current, head, words.format(current=current))
        lacking = _first_missing(connection)
    return Standing(current, head, HALF.format(current=current, lacking=lacking) if lacking else None)


def newest(migrations: Path) -> str:
    """Return the newest revision there is."""
    return ScriptDirectory(str(migrations)).get_current_head() or ""


def is_before(migrations: Path, one: str, other: str) -> bool:
    """Say whether revision `one` comes before `other`; unknown ones come after all."""
    script = ScriptDirectory(str(migrations))
    if not _is_known(script, one):
        return False
    if not _is_known(script, other):
        return True
    return one != other and one in {each.revision for each in script.iterate_revisions(other, "base")}


def _is_known(script: ScriptDirectory, revision: str) -> bool:
    try:
        return script.get_revision(revision) is not None
    except CommandError:
        return False


def _first_missing(connection: Connection) -> str | None:
    """Return the first table or column of the models that the database has not, by one question for all tables."""
    found = {
        table: {column["name"] for column in columns}
        for (_, table), columns in sa.inspect(connection).get_multi_columns().items()
    }
    for table in Base.metadata.sorted_tables:
        if not is_ours(table, table.name, "table", False, None):
            continue
        if table.name not in found:
            return f"the table {table.name}"
        for column in table.columns:
            if column.name not in found[table.name]:
                return f"the column {column.name} of {table.name}"
    return None
