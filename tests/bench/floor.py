"""The raw floor: the same durable work by the plain driver, with every value made ready before the clock starts."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.audit.models import AuditLog
from app.audit.service import plain
from app.core.bulk import _filled
from app.core.changes import told_columns
from app.core.search_text import folded
from app.index.kinds import place_of, scope_of
from app.index.models import SearchDocument
from app.index.writer import token_prefix
from app.media.models import Media
from tests.bench.shelf import Shelf

Rows = list[tuple[Any, ...]]


class Floor:
    """One connection of the plain driver to a shelf's database."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.sqlite = shelf.database == "sqlite"
        self.connection = shelf.raw()
        if shelf.database == "postgresql":
            self.connection.autocommit = True
        elif not self.sqlite:
            self.connection.autocommit(True)
        if self.sqlite:
            self.connection.execute("PRAGMA query_only=OFF")

    def query(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Return every row of one statement."""
        cursor = self.connection.cursor()
        cursor.execute(self._styled(sql), tuple(values))
        rows: Rows = list(cursor.fetchall())
        cursor.close()
        return rows

    def act(self, steps: Sequence[tuple[str, list[tuple[Any, ...]]]]) -> None:
        """Run statements as one transaction, each once for every tuple of values it is given."""
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
        for sql, many in steps:
            if len(many) == 1:
                cursor.execute(self._styled(sql), many[0])
            else:
                cursor.executemany(self._styled(sql), many)
        cursor.execute("COMMIT")
        cursor.close()

    def close(self) -> None:
        self.connection.close()

    def value(self, value: Any) -> Any:
        """Return a value as the plain driver takes it."""
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, dict):
            return json.dumps(value)
        if isinstance(value, UUID):
            return value if self.shelf.database == "postgresql" else value.hex
        if isinstance(value, datetime) and self.shelf.database != "postgresql":
            return value.replace(tzinfo=None).isoformat(" ")
        return value

    def _styled(self, sql: str) -> str:
        return sql if self.sqlite else sql.replace("%", "%%").replace("?", "%s")

    def insert(self, table: Any, rows: list[dict[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
        """Return an INSERT of every column of these rows, ready to run."""
        names = list(rows[0])
        sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        return sql, [tuple(self.value(row[name]) for name in names) for row in rows]


def new_recordings(floor: Floor, rows: list[dict[str, Any]], first_id: int) -> Callable[[], None]:
    """Return the act that adds recordings with their log entries, their words and the project's count."""
    filled = [{"id": first_id + place, **_filled(Media.__table__, row)} for place, row in enumerate(rows)]
    steps = [
        floor.insert(Media.__table__, filled),
        floor.insert(AuditLog.__table__, [_logged(row) for row in filled]),
        floor.insert(SearchDocument.__table__, [_indexed(row, floor.shelf) for row in filled]),
        ("UPDATE projects SET media_count = media_count + ? WHERE id = ?", [(len(rows), floor.shelf.project_id)]),
    ]
    return lambda: floor.act(steps)


def log_entry(
    action: str, kind: str, id: int, project_id: int, changes: dict[str, Any], moment: datetime
) -> dict[str, Any]:
    """Return one row of the log as our own writer fills it."""
    entry = dict.fromkeys(column.name for column in AuditLog.__table__.columns if column.name != "id")
    named = {"action": action, "verb": f"{kind}:{action.lower()}", "entity_type": kind, "entity_id": id}
    told = {"occurred_at": moment, "actor_name": "Rushes", "project_id": project_id, "changes": changes}
    return {**entry, **named, **told}


def _logged(row: dict[str, Any]) -> dict[str, Any]:
    names = told_columns(sa.inspect(Media), Media.tracking)
    changes = {name: {"old": None, "new": plain(row[name])} for name in names if row[name] is not None}
    return log_entry("CREATE", "media", row["id"], row["project_id"], changes, row["created_at"])


def _indexed(row: dict[str, Any], shelf: Shelf) -> dict[str, Any]:
    prefix = token_prefix(shelf.engine.dialect.name)
    held = {name: " ".join(prefix + word for word in folded(row[name]).split()) for name in ("title", "filename")}
    return {
        "place": place_of("media", row["id"]),
        "scope": scope_of(row["project_id"], "media"),
        "project_id": row["project_id"],
        "entity_type": "media",
        "entity_id": row["id"],
        "media_id": row["id"],
        "title": held["title"],
        "body": held["filename"],
        "tags": "",
    }
