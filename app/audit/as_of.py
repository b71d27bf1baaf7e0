"""Rebuild what something was at a moment, from the log alone: its first entry, and every change until then."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog


def state_at(session: Session, entity_type: str, entity_id: int, moment: datetime) -> dict[str, Any] | None:
    """Return the told fields as they stood at `moment`, as JSON holds them; None before it was made or once removed.

    Fields that were empty when it was made are not among them until they were filled.
    """
    return _folded(_entries(session, entity_type, entity_id).where(AuditLog.occurred_at <= moment), session)


def state_after(session: Session, entry: AuditLog) -> dict[str, Any] | None:
    """Return the told fields as they stood right after this entry; None where it removed the thing."""
    if entry.entity_id is None:
        return None
    return _folded(_entries(session, entry.entity_type, entry.entity_id).where(AuditLog.id <= entry.id), session)


def _entries(session: Session, entity_type: str, entity_id: int) -> sa.Select[Any]:
    query = sa.select(AuditLog.action, AuditLog.changes)
    return query.where(AuditLog.entity_type == entity_type, AuditLog.entity_id == entity_id).order_by(AuditLog.id)


def _folded(entries: sa.Select[Any], session: Session) -> dict[str, Any] | None:
    state: dict[str, Any] | None = None
    for action, changes in session.execute(entries):
        if action is AuditAction.DELETE:
            state = None
        elif action is AuditAction.CREATE:
            state = {field: both["new"] for field, both in changes.items()}
        elif action is AuditAction.UPDATE:
            state = {**(state or {}), **{field: both["new"] for field, both in changes.items()}}
    return state
