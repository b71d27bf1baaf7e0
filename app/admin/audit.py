"""The audit log as admins read it: filters out of an address, entries with their words compared, lines of CSV."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.audit.as_of import state_after
from app.audit.models import AuditAction, AuditLog
from app.audit.names import NOUNS, field_name
from app.audit.seals import sealed_until
from app.audit.sentences import Entry, entry_of
from app.audit.service import AuditFilter, AuditService
from app.audit.wording import Runs, changed_words
from app.auth.reads import find_person
from app.core.errors import Invalid, NotFound
from app.core.pagination import MAX_ROWS, Page
from app.core.texts import say
from app.projects.reads import project_by_slug, projects_by_ids

NAMES = ("who", "kind", "action", "project", "from", "to", "q")
HEAD = ("id", "occurred_at", "actor", "action", "verb", "kind", "name", "changes", "request_id", "address", "sealed")


@dataclass(frozen=True)
class AuditRow:
    """One entry in full; `fields` are (name, before, after) with the changed words marked."""

    entry: Entry
    action: str
    verb: str
    request_id: str | None
    ip: str | None
    is_sealed: bool
    project: tuple[str, str] | None
    link: str | None
    fields: list[tuple[str, Runs, Runs]]


def asked_for(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return what an address asks for, trimmed, every name present."""
    return {name: arguments.get(name, "").strip()[:200].replace("\0", "") for name in NAMES}


def filter_of(session: Session, asked: Mapping[str, str]) -> AuditFilter:
    """Return the filter; a user name asks for that person, other words for names that hold them.

    Raises `Invalid` for a day nobody can read, `NotFound` for a project that is not there.
    """
    person = find_person(session, asked["who"]) if asked["who"] else None
    project = project_by_slug(session, asked["project"]) if asked["project"] else None
    if asked["project"] and project is None:
        raise NotFound()
    until = _day(asked["to"], "to")
    return AuditFilter(
        actor_id=person.id if person else None,
        actor_name=asked["who"] or None if person is None else None,
        kind=asked["kind"] if asked["kind"] in NOUNS else None,
        action=AuditAction(asked["action"]) if asked["action"] in set(AuditAction) else None,
        project_id=project.id if project else None,
        since=_day(asked["from"], "from"),
        until=until + timedelta(days=1) if until else None,
        name=asked["q"] or None,
    )


def entries(session: Session, wanted: AuditFilter, before: int | None) -> Page[AuditRow]:
    """Return one page of entries, newest first; three queries."""
    page = AuditService(session).log.search(wanted, before=before)
    sealed, projects = sealed_until(session), projects_by_ids(session, (row.project_id for row in page.items))
    places = {id: (project.slug, project.name) for id, project in projects.items()}
    return Page([_row(row, sealed, places.get(row.project_id or 0)) for row in page.items], page.next_after)


def one(session: Session, id: int) -> tuple[AuditRow, list[tuple[str, str, bool]] | None]:
    """Return an entry and what its thing was right after it: (field, value, changed by it), or None where it was gone.

    Raises `NotFound`.
    """
    row = AuditService(session).log.get(id)
    if row is None:
        raise NotFound()
    projects = projects_by_ids(session, [row.project_id])
    place = next(((each.slug, each.name) for each in projects.values()), None)
    state = state_after(session, row)
    return _row(row, sealed_until(session), place), _fields(state, row.changes) if state is not None else None


def csv_rows(session: Session, wanted: AuditFilter) -> Iterator[tuple[Any, ...]]:
    """Yield every wanted entry as a row under `HEAD`, newest first, two hundred read at a time."""
    log, sealed, before = AuditService(session).log, sealed_until(session), None
    while True:
        page = log.search(wanted, before=before, limit=MAX_ROWS)
        yield from (_cells(row, sealed) for row in page.items)
        # A long log must not stay in memory row by row.
        session.expunge_all()
        if page.next_after is None:
            return
        before = int(page.next_after)


def _cells(row: AuditLog, sealed: int) -> tuple[Any, ...]:
    changes = json.dumps(row.changes, ensure_ascii=False, sort_keys=True)
    about = (row.entity_type, row.entity_name, changes, row.request_id, row.ip)
    return row.id, row.occurred_at, row.actor_name, row.action.value, row.verb, *about, row.id <= sealed


def _row(row: AuditLog, sealed: int, project: tuple[str, str] | None) -> AuditRow:
    entry = entry_of(row)
    return AuditRow(
        entry=entry,
        action=row.action.value,
        verb=row.verb,
        request_id=row.request_id,
        ip=row.ip,
        is_sealed=row.id <= sealed,
        project=project,
        link=entry.object_url or _admin_link(row, project),
        fields=[(name, *changed_words(before, after)) for name, before, after in entry.rows],
    )


def _admin_link(row: AuditLog, project: tuple[str, str] | None) -> str | None:
    if row.entity_type == "user" and row.entity_public_id is not None:
        return f"/admin/users/{row.entity_public_id}/edit"
    return f"/p/{project[0]}" if row.entity_type == "project" and project else None


def _fields(state: Mapping[str, Any], changes: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    return [(field_name(field), shown(value), field in changes) for field, value in sorted(state.items())]


def shown(value: Any) -> str:
    """Return a value of the log as text; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(text: str, field: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise Invalid(say("Write the day like 2026-11-21."), field) from error
