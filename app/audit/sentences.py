"""The log in people's words: who did what to which thing, and what it was before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog
from app.audit.names import ACTS, NOUNS, VERBS, field_name
from app.audit.repository import AuditRepository
from app.core.clock import local
from app.core.texts import say
from app.core.words import ago, long_day

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
        return long_day(self.when)

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
        return str(ACTS[row.verb])
    thing = NOUNS.get(row.entity_type, row.entity_type)
    return say("%(did)s %(thing)s", did=_verb(row), thing=thing)


def _verb(row: AuditLog) -> str:
    """Name what a change of one telling field really was."""
    if row.action is not AuditAction.UPDATE:
        return VERBS.get(row.action, row.action.value.lower())
    for field, done, undone in (
        ("deleted_at", say("deleted"), say("brought back")),
        ("archived_at", say("archived"), say("brought back")),
    ):
        if field in row.changes:
            return done if row.changes[field].get("new") else undone
    if row.actor_id is None and row.entity_type == "media" and "duration_frames" in row.changes:
        return say("measured")
    return VERBS[row.action]


def _rows(changes: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(field_name(name), _text(both.get("old")), _text(both.get("new"))) for name, both in changes.items()]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return say("yes") if value else say("no")
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
