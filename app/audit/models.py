"""The audit log: one row per created, updated or deleted row, and per act worth telling."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import BigId, UtcDateTime, enum_column
from app.core.db import Base


class AuditAction(StrEnum):
    """What happened to the described row."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    RESTORE = "RESTORE"
    LOGIN = "LOGIN"
    LOGOUT = "LOGOUT"
    DENIED = "DENIED"
    EXPORT = "EXPORT"


class AuditLog(Base):
    """One act. It has no foreign key: it outlives what it is about and who did it."""

    __tablename__ = "audit_log"
    __table_args__ = (
        sa.Index("ix_audit_log_entity", "entity_type", "entity_id", "id"),
        sa.Index("ix_audit_log_project", "project_id", "id"),
        sa.Index("ix_audit_log_media", "project_id", "media_id", "id"),
        sa.Index("ix_audit_log_actor", "actor_id", "id"),
    )

    id: Mapped[BigId]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[AuditAction] = mapped_column(enum_column(AuditAction, "action"))
    verb: Mapped[str] = mapped_column(sa.String(64))
    entity_type: Mapped[str] = mapped_column(sa.String(32))
    entity_id: Mapped[int | None]
    entity_public_id: Mapped[uuid.UUID | None] = mapped_column(sa.Uuid())
    entity_name: Mapped[str | None] = mapped_column(sa.String(255))
    project_id: Mapped[int | None]
    media_id: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON())
    request_id: Mapped[str | None] = mapped_column(sa.String(64))
    ip: Mapped[str | None] = mapped_column(sa.String(64))


class AuditSeal(Base):
    """A closed batch of entries: their hash over the hash of the batch before; never changed, never removed."""

    __tablename__ = "audit_seals"

    id: Mapped[BigId]
    first_id: Mapped[int] = mapped_column(sa.BigInteger())
    last_id: Mapped[int] = mapped_column(sa.BigInteger(), unique=True)
    entries: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime())
