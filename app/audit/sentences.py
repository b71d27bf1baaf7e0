"""The log in people's words: who did what to which thing, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog
from app.audit.repository import AuditRepository
from app.core.clock import local
from app.core.words import ago

NOUNS = {
    "project": "the project",
    "media": "the recording",
    "clip": "the clip",
    "export": "the rendered file",
    "transcript": "the transcript",
    "line": "the line",
    "topic": "the topic",
    "layout": "the layout",
    "song": "the song",
    "speaker": "the speaker",
    "user": "the account",
    "member": "the member",
    "invitation": "the invitation",
    "token": "the token",
    "address": "the address",
    "settings": "the settings",
    "audit": "the audit log",
    "queue": "the queue",
    "files": "left-over files",
}
VERBS = {
    AuditAction.CREATE: "added",
    AuditAction.UPDATE: "changed",
    AuditAction.DELETE: "removed",
    AuditAction.RESTORE: "brought back",
    AuditAction.EXPORT: "downloaded",
    AuditAction.DENIED: "was refused",
    AuditAction.LOGOUT: "signed out",
}
ACTS = {
    "sign-in": "signed in",
    "sign-out": "signed out",
    "sign-in:failed": "was refused at sign-in",
    "sign-out:elsewhere": "signed out another browser",
    "sign-out:others": "signed out everywhere else",
    "second-factor:on": "switched on sign-in with two steps",
    "second-factor:off": "has no second step at sign-in any more",
    "second-factor:codes": "made new recovery codes",
    "second-factor:recovered": "signed in with a recovery code",
    "second-factor:failed": "was refused at the second step",
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
    "start_ms": "Begins, in milliseconds",
    "end_ms": "Ends, in milliseconds",
    "speaker_id": "Speaker",
    "display_name": "Name",
    "word_count": "Words",
    "youtube_id": "YouTube id",
    "synced_lyrics": "Timed lyrics",
    "date_added": "Added",
}


# What can be looked at as it was after an entry.
SHOWN_EARLIER = frozenset({"project", "media", "clip"})


@dataclass(frozen=True)
class Entry:
    """One act as a page shows it; `rows` are (field, before, after)."""

    id: int
    when: datetime
    actor: str
    sentence: str
    object_text: str | None
    rows: list[tuple[str, str | None, str | None]]
    object_url: str | None
    restore_url: str | None
    initials: str
    hue: int | None
    as_of_url: str | None = None

    @property
    def day(self) -> str:
        there = local(self.when)
        return f"{there:%A} {there.day} {there:%B %Y}"

    @property
    def time_text(self) -> str:
        return f"{local(self.when):%H:%M}"

    @property
    def when_text(self) -> str:
        return ago(self.when)


def entry_of(row: AuditLog) -> Entry:
    """Tell one row of the log."""
    return Entry(
        id=row.id,
        when=row.occurred_at,
        actor=row.actor_name,
        sentence=_sentence(row),
        object_text=f"“{row.entity_name}”" if row.entity_name and row.verb not in ACTS else None,
        rows=[] if row.action is AuditAction.CREATE else _rows(row.changes),
        object_url=_url(row),
        restore_url=_restore_url(row),
        initials="".join(word[0] for word in row.actor_name.split()[:2]).upper(),
        hue=row.actor_id % 6 + 1 if row.actor_id is not None else None,
        as_of_url=_as_of_url(row),
    )


def recent(session: Session, entity_type: str, entity_id: int, limit: int = 6) -> list[Entry]:
    """Return the newest entries about one thing."""
    return [entry_of(row) for row in AuditRepository(session).get_history(entity_type, entity_id, limit=limit).items]


def last_saver(session: Session, entity_type: str, entity_id: int) -> str | None:
    """Return the name of whoever changed this thing last."""
    rows = AuditRepository(session).get_history(entity_type, entity_id, limit=1).items
    return rows[0].actor_name if rows else None


def _sentence(row: AuditLog) -> str:
    if row.verb in ACTS:
        return ACTS[row.verb]
    return f"{_verb(row)} {NOUNS.get(row.entity_type, row.entity_type)}"


def _verb(row: AuditLog) -> str:
    """Name what a change of one telling field really was."""
    if row.action is not AuditAction.UPDATE:
        return VERBS.get(row.action, row.action.value.lower())
    for field, done, undone in (
        ("deleted_at", "deleted", "brought back"),
        ("archived_at", "archived", "brought back"),
    ):
        if field in row.changes:
            return done if row.changes[field].get("new") else undone
    if row.actor_id is None and row.entity_type == "media" and "duration_frames" in row.changes:
        return "measured"
    return VERBS[row.action]


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


def _restore_url(row: AuditLog) -> str | None:
    """Return where a deletion is undone, where it can be."""
    if row.changes.get("deleted_at", {}).get("new") is None:
        return None
    url = _url(row)
    return f"{url}/restore" if url else None


def _as_of_url(row: AuditLog) -> str | None:
    """Return where the thing is shown as it was after this entry, for those that can be."""
    told = row.entity_type in SHOWN_EARLIER and row.action in (AuditAction.CREATE, AuditAction.UPDATE)
    return f"/history/{row.id}" if told else None


def _url(row: AuditLog) -> str | None:
    if row.entity_public_id is None:
        return None
    place = {"media": "/m", "clip": "/clips", "line": "/lines", "topic": "/topics", "song": "/songs"}.get(
        row.entity_type
    )
    return f"{place}/{row.entity_public_id}" if place else None
