"""Let SQLite tables be rebuilt safely: to alter one, a migration copies it, drops it and renames the copy."""

import re
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

DROPPED = re.compile(r'\s*DROP TABLE "?(\w+)"?\s*$', re.IGNORECASE)
RENAMED = re.compile(r'\s*ALTER TABLE "?_alembic_tmp_\w+"? RENAME TO "?(\w+)"?\s*$', re.IGNORECASE)
TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"


def keep_rebuilds_safe(connection: Connection) -> None:
    """Make a SQLite connection fit to migrate with; call it before its first transaction, and only for that.

    Dropping the old table would delete the rows that point at it, so foreign keys are checked before each
    commit instead of at each statement; and it takes the table's triggers along, so they are made again.
    """
    # Never to serve requests: the pool forgets it.
    connection.detach()
    # A transaction does not notice this pragma, and SQLAlchemy would begin one for it.
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    triggers: dict[str, list[str]] = {}

    def note(conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        dropped = DROPPED.match(statement)
        if dropped:
            triggers[dropped.group(1)] = [row[0] for row in cursor.execute(TRIGGERS, (dropped.group(1),)).fetchall()]

    def restore(conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        renamed = RENAMED.match(statement)
        for trigger in triggers.pop(renamed.group(1), []) if renamed else []:
            cursor.execute(trigger)

    event.listen(connection, "before_cursor_execute", note)
    event.listen(connection, "after_cursor_execute", restore)
    event.listen(connection, "commit", _refuse_orphans)


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.connection.cursor().execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        table, row, parent, _ = orphans[0]
        raise RuntimeError(f"This migration would leave row {row} of {table} without its row of {parent}.")
