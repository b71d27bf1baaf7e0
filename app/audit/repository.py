"""The audit log as SQL sees it: rows go in by Core, and nothing changes or removes them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog
from app.core.clock import now
from app.core.db import current_actor
from app.core.pagination import LARGEST_INTEGER, Page, clamp

# Put together once: it runs with every act.
WRITE = sa.insert(AuditLog)


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are wanted; None asks for every value. `since` is in, `until` is not."""

    actor_id: int | None = None
    actor_name: str | None = None
    kind: str | None = None
    action: AuditAction | None = None
    project_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    name: str | None = None


NEWEST = sa.select(AuditLog.id, AuditLog.occurred_at).order_by(AuditLog.id.desc()).limit(1)


class AuditRepository:
    """What happened, newest first."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert entries; who, when and which request come from the unit of work."""
        actor = current_actor(self.session)
        common = {
            "occurred_at": now(),
            "actor_id": actor.id,
            "actor_name": actor.name,
            "request_id": actor.request_id,
            "ip": actor.ip,
        }
        if rows:
            self.session.connection().execute(WRITE, [{**common, **row} for row in rows])

    def log_create(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        self.add([_row(AuditAction.CREATE, entity_type, entity_id, changes, facts)])

    def log_update(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        self.add([_row(AuditAction.UPDATE, entity_type, entity_id, changes, facts)])

    def log_delete(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        self.add([_row(AuditAction.DELETE, entity_type, entity_id, changes, facts)])

    def get_history(
        self, entity_type: str, entity_id: int, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]:
        """Return one object's entries, newest first."""
        return self._page(
            sa.select(AuditLog).where(AuditLog.entity_type == entity_type, AuditLog.entity_id == entity_id),
            before,
            limit,
        )

    def for_project(self, project_id: int, *, before: int | None = None, limit: int = 50) -> Page[AuditLog]:
        """Return a project's entries, newest first."""
        return self._page(sa.select(AuditLog).where(AuditLog.project_id == project_id), before, limit)

    def for_projects(
        self, project_ids: Sequence[int] | None, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]:
        """Return the entries of several projects, newest first; None means all of them."""
        query = sa.select(AuditLog).where(AuditLog.project_id.is_not(None))
        if project_ids is not None:
            query = query.where(AuditLog.project_id.in_(project_ids))
        return self._page(query, before, limit)

    def get(self, id: int) -> AuditLog | None:
        return self.session.get(AuditLog, id) if id < LARGEST_INTEGER else None

    def search(self, wanted: AuditFilter, *, before: int | None = None, limit: int = 50) -> Page[AuditLog]:
        """Return the wanted entries, newest first."""
        return self._page(sa.select(AuditLog).where(*_conditions(wanted)), before, limit)

    def for_media(
        self, project_id: int, media_id: int, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]:
        """Return the entries about a recording and everything on it, newest first."""
        return self._page(
            sa.select(AuditLog).where(AuditLog.project_id == project_id, AuditLog.media_id == media_id), before, limit
        )

    def newest(self) -> tuple[int, datetime] | None:
        """Return the newest entry's id and moment: a mark that every commit of an audited change moves."""
        row = self.session.execute(NEWEST).first()
        return (row.id, row.occurred_at) if row else None

    def find_named(self, public_id: uuid.UUID) -> tuple[str, int] | None:
        """Return the type and id of the thing a public id ever stood for; reads the log once, for operators."""
        query = sa.select(AuditLog.entity_type, AuditLog.entity_id).where(AuditLog.entity_public_id == public_id)
        row = self.session.execute(query.where(AuditLog.entity_id.is_not(None)).limit(1)).one_or_none()
        return (row[0], row[1]) if row and row[1] is not None else None

    def _page(self, query: sa.Select[AuditLog], before: int | None, limit: int) -> Page[AuditLog]:
        if before is not None:
            query = query.where(AuditLog.id < before)
        size = clamp(limit)
        rows = list(self.session.scalars(query.order_by(AuditLog.id.desc()).limit(size + 1)))
        return Page(rows[:size], str(rows[size - 1].id) if len(rows) > size else None)


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    exact = (
        (AuditLog.actor_id, wanted.actor_id),
        (AuditLog.entity_type, wanted.kind),
        (AuditLog.action, wanted.action),
        (AuditLog.project_id, wanted.project_id),
    )
    found = [column == value for column, value in exact if value is not None]
    for column, text in ((AuditLog.actor_name, wanted.actor_name), (AuditLog.entity_name, wanted.name)):
        if text:
            found.append(column.icontains(text, autoescape=True))
    if wanted.since is not None:
        found.append(AuditLog.occurred_at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditLog.occurred_at < wanted.until)
    return found


def _row(
    action: AuditAction, entity_type: str, entity_id: int | None, changes: dict[str, Any], facts: dict[str, Any]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "action": action,
        "verb": f"{entity_type}:{action.value.lower()}",
        "entity_type": entity_type,
        "entity_id": entity_id,
        "entity_public_id": None,
        "entity_name": None,
        "project_id": None,
        "media_id": None,
        "changes": changes,
    }
    return row | facts


def entry(
    action: AuditAction, entity_type: str, entity_id: int | None, changes: dict[str, Any], **facts: Any
) -> dict[str, Any]:
    """Return one row for `AuditRepository.add`; `facts` are columns such as `project_id` or `verb`."""
    return _row(action, entity_type, entity_id, changes, facts)
