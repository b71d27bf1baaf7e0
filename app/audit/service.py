"""Write the log: by itself after every flush, and by name for acts that change no row."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.models import AuditAction
from app.audit.repository import AuditFilter as AuditFilter
from app.audit.repository import AuditRepository, entry
from app.core.changes import Change
from app.core.errors import Invalid
from app.core.pagination import DAMAGED


class Person(Protocol):
    """Somebody with an id and a name."""

    id: int
    display_name: str


class AuditService:
    """Entries that no flush would write: sign-ins, refusals, exports, restores."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.log = AuditRepository(session)

    def exported(self, verb: str, kind: str, thing: Any, name: str) -> None:
        """Tell that something was taken away as a file; `thing` is of a project, and perhaps of a recording."""
        facts = {"entity_public_id": thing.public_id, "project_id": thing.project_id}
        media_id = thing.id if kind == "media" else getattr(thing, "media_id", None)
        self.note(AuditAction.EXPORT, verb, kind, thing.id, name, media_id=media_id, **facts)

    def note(
        self,
        action: AuditAction,
        verb: str,
        entity_type: str,
        entity_id: int | None,
        name: str | None,
        *,
        by: Person | None = None,
        changes: dict[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        """Add one entry in the running unit; `by` names the person where the unit does not know them yet.

        `changes` maps field to {old, new}.
        """
        who = {"actor_id": by.id, "actor_name": by.display_name} if by else {}
        about = {"verb": verb, "entity_name": name, **facts, **who}
        self.log.add([entry(action, entity_type, entity_id, changes or {}, **about)])


def read_before(text: str | None) -> int | None:
    """Read the `after` of an address of the log; raises `Invalid` where it is not one of ours."""
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise Invalid(DAMAGED, "after")
    return int(text)


def write_changes(session: Session, changes: list[Change]) -> None:
    """Write one entry per changed row, in the same transaction; registered with `core.changes`."""
    AuditRepository(session).add([_entry(change) for change in changes])


def _entry(change: Change) -> dict[str, Any]:
    entity = change.entity
    name = getattr(entity, "audit_name", None)
    return entry(
        AuditAction(change.kind),
        change.tracking.entity_type,
        entity.id,
        {field: {"old": plain(old), "new": plain(new)} for field, (old, new) in change.diff.items()},
        entity_public_id=getattr(entity, "public_id", None),
        entity_name=str(name)[:255] if name is not None else None,
        project_id=getattr(entity, "project_id", None),
        media_id=getattr(entity, "media_id", None),
    )


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: moments as ISO text, enumerations as their value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value
