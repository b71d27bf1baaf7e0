"""The log in people's words: who did what to which thing, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog
from app.audit.repository import AuditRepository

NOUNS = {
    "project": "the project",
    "media": "the recording",
    "clip": "the clip",
    "export": "the rendered file",
    "user": "the account",
}
VERBS = {
    AuditAction.CREATE: "added",
    AuditAction.UPDATE: "changed",
    AuditAction.DELETE: "removed",
    AuditAction.RESTORE: "brought back",
    AuditAction.EXPORT: "downloaded",
}
ACTS = {
    "sign-in": "signed in",
    "sign-out": "signed out",
    "sign-in:failed": "was refused at sign-in",
}
FIELDS = {
    "in_point": "In point",
    "out_point": "Out point",
    "archived_at": "Archived",
    "deleted_at": "In the trash since",
    "silence_db": "Silence level",
    "workspace_path": "Folder on the server",
    "quota_bytes": "Storage limit",
    "project_id": "Project",
    "media_id": "Recording",
    "file_size": "Size in bytes",
    "sha256": "SHA-256",
    "rate_num": "Rate, numerator",
    "rate_den": "Rate, denominator",
    "clip_order": "Place in the list",
    "sha256_live": "SHA-256",
}


@dataclass(frozen=True)
class Entry:
    """One act as a page shows it; `rows` are (field, before, after)."""

    id: int
    when: datetime
    actor: str
    sentence: str
    rows: list[tuple[str, str | None, str | None]]
    entity_type: str
    entity_public_id: str | None
    object_url: str | None
    system: bool
    request_id: str | None


def entry_of(row: AuditLog) -> Entry:
    """Tell one row of the log."""
    return Entry(
        id=row.id,
        when=row.occurred_at,
        actor=row.actor_name,
        sentence=_sentence(row),
        rows=[] if row.action is AuditAction.CREATE else _rows(row.changes),
        entity_type=row.entity_type,
        entity_public_id=str(row.entity_public_id) if row.entity_public_id else None,
        object_url=_url(row),
        system=row.actor_id is None,
        request_id=row.request_id,
    )


def recent(session: Session, entity_type: str, entity_id: int, limit: int = 6) -> list[Entry]:
    """Return the newest entries about one thing."""
    return [entry_of(row) for row in AuditRepository(session).get_history(entity_type, entity_id, limit=limit).items]


def _sentence(row: AuditLog) -> str:
    if row.verb in ACTS:
        return ACTS[row.verb]
    what = NOUNS.get(row.entity_type, row.entity_type)
    name = f" “{row.entity_name}”" if row.entity_name else ""
    return f"{_verb(row)} {what}{name}"


def _verb(row: AuditLog) -> str:
    """Name what a change of one telling field really was."""
    for field, done, undone in (
        ("deleted_at", "deleted", "brought back"),
        ("archived_at", "archived", "brought back"),
    ):
        if row.action is AuditAction.UPDATE and field in row.changes:
            return done if row.changes[field].get("new") else undone
    return VERBS.get(row.action, row.action.value.lower())


def _rows(changes: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [
        (FIELDS.get(name, name.replace("_", " ").capitalize()), _text(both.get("old")), _text(both.get("new")))
        for name, both in changes.items()
    ]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _url(row: AuditLog) -> str | None:
    if row.entity_public_id is None:
        return None
    return {"media": f"/m/{row.entity_public_id}", "clip": f"/clips/{row.entity_public_id}"}.get(row.entity_type)
