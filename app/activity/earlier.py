"""Something as it was right after an entry of its history, beside what it is now, and one field of it brought back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.audit.as_of import state_after
from app.audit.models import AuditLog
from app.audit.names import field_name
from app.audit.sentences import SHOWN_EARLIER, Entry, entry_of
from app.audit.service import AuditService, plain
from app.auth.models import User
from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import later, say
from app.media.clock import Clock, clock_of
from app.media.models import Media
from app.media.service import media_service
from app.projects.models import Project
from app.projects.service import ProjectFields, Seat, project_service

EDITS = {"project": "project:edit", "media": "media:edit", "clip": "clip:edit"}
RESTORABLE = {
    "project": ("name", "description", "language", "silence_db", "quota_bytes"),
    "media": ("title",),
    "clip": ("title", "notes", "in_point", "out_point"),
}
CHANGED = later("It was changed since you looked. Here is how it is now; bring the value back from here.")


@dataclass(frozen=True)
class Field:
    """One field then and now, as text; `restores` says whether this viewer may bring the earlier value back."""

    name: str
    label: str
    then: str
    now: str
    restores: bool

    @property
    def differs(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True)
class Thing:
    """What an entry is about, as the viewer has it; `media` is the recording of a clip."""

    kind: str
    entity: Project | Media | Clip
    seat: Seat
    media: Media | None = None

    @property
    def url(self) -> str:
        if isinstance(self.entity, Project):
            return f"/p/{self.entity.slug}"
        return f"/{'m' if self.kind == 'media' else 'clips'}/{self.entity.public_id}"

    @property
    def history_url(self) -> str:
        return f"{self.url}/{'activity' if self.kind == 'project' else 'history'}"


@dataclass(frozen=True)
class Earlier:
    """The page: the entry, the thing, and its fields then and now."""

    entry: Entry
    thing: Thing
    fields: list[Field]

    @property
    def name(self) -> str:
        return str(self.thing.entity.audit_name)


def earlier(session: Session, viewer: User, entry_id: int) -> Earlier:
    """Return a thing as it was right after an entry; raises `NotFound` where it is gone or not the viewer's to see."""
    row = _row(session, entry_id)
    thing = _thing(session, viewer, row, "view")
    state = state_after(session, row)
    if state is None:
        raise NotFound()
    may_edit = thing.seat.may(EDITS[thing.kind])
    clock = clock_of(thing.media) if thing.media is not None else None
    fields = [_field(thing, name, state, clock, may_edit) for name in _names(thing, state)]
    return Earlier(entry_of(row), thing, fields)


def bring_back(session: Session, viewer: User, entry_id: int, name: str, version: int) -> Thing:
    """Give one field the value it had after an entry, as a new change by the room's own rules.

    Raises `Invalid` for a field that cannot be, `Conflict` where the thing changed since `version`, and what
    the room raises for the value.
    """
    row = _row(session, entry_id)
    thing = _thing(session, viewer, row, "edit")
    state = state_after(session, row)
    if state is None or name not in RESTORABLE[thing.kind]:
        raise Invalid(say("This value cannot be brought back here."))
    if thing.entity.version != version:
        raise Conflict(CHANGED)
    _write(session, viewer, thing, {name: state.get(name)})
    return thing


def _row(session: Session, entry_id: int) -> AuditLog:
    row = AuditService(session).log.get(entry_id)
    if row is None or row.entity_type not in SHOWN_EARLIER:
        raise NotFound()
    return row


def _thing(session: Session, viewer: User, row: AuditLog, act: str) -> Thing:
    kind = row.entity_type
    if kind == "project":
        seat = project_service(session).seat_of(viewer, row.entity_id, f"project:{act}")
        return Thing(kind, seat.project, seat)
    if row.entity_public_id is None:
        raise NotFound()
    if kind == "media":
        media, seat = media_service(session).get_for(viewer, row.entity_public_id, f"media:{act}")
        return Thing(kind, media, seat)
    clip, media, seat = clip_service(session).get_for(viewer, row.entity_public_id, f"clip:{act}")
    return Thing(kind, clip, seat, media)


def _write(session: Session, viewer: User, thing: Thing, value: Mapping[str, Any]) -> None:
    entity = thing.entity
    if isinstance(entity, Clip) and thing.media is not None:
        now = ClipFields(entity.title, entity.in_point, entity.out_point, entity.notes)
        clip_service(session).update(entity, thing.media, replace(now, **value), now, entity.version)
    elif isinstance(entity, Media):
        media_service(session).edit(viewer, entity, str(value["title"]), None, entity.version)
    elif isinstance(entity, Project):
        names = ("name", "description", "workspace_path", "language", "silence_db", "quota_bytes")
        fields = ProjectFields(**{name: getattr(entity, name) for name in names})
        project_service(session).edit(viewer, entity, replace(fields, **value), entity.version)


def _names(thing: Thing, state: Mapping[str, Any]) -> list[str]:
    """Return what can be brought back first, then whatever else the log tells of this kind, ids left out."""
    first = RESTORABLE[thing.kind]
    others = (name for name in state if name not in first and not name.endswith("_id"))
    return [*first, *(name for name in others if hasattr(thing.entity, name))]


def _field(thing: Thing, name: str, state: Mapping[str, Any], clock: Clock | None, may_edit: bool) -> Field:
    then, now = _shown(name, state.get(name), clock), _shown(name, plain(getattr(thing.entity, name)), clock)
    return Field(name, field_name(name), then, now, may_edit and name in RESTORABLE[thing.kind] and then != now)


def _shown(name: str, value: Any, clock: Clock | None) -> str:
    if clock is not None and isinstance(value, int):
        if name == "in_point":
            return clock.show(value)
        if name == "out_point":
            return clock.show_out(value)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return "" if value is None else str(value)
