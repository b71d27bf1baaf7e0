"""What a flush changed: taken before it, told after it to the writers that audit and search register."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapper, Session, UOWTransaction

from app.core.db import Base

Kind = Literal["CREATE", "UPDATE", "DELETE"]
Diff = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Tracking:
    """How a model's changes are told: under which name, and which columns stay untold or secret."""

    entity_type: str
    ignored: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()


@runtime_checkable
class Tracked(Protocol):
    """A model whose rows are audited, indexed, or both."""

    tracking: ClassVar[Tracking]
    id: Any


@dataclass(frozen=True)
class Change:
    """One row created, updated or deleted in this flush; `diff` maps field to (old, new)."""

    kind: Kind
    entity: Any
    tracking: Tracking
    diff: Diff = field(default_factory=dict)


Writer = Callable[[Session, list[Change]], None]
_writers: list[Writer] = []

# Kept on every row by the house itself: telling them would say each change twice.
SELF_KEPT = frozenset({"id", "version", "created_at", "updated_at"})
SECRET_WORDS = "changed"


def track(session_class: type[Session] | Any, writers: list[Writer]) -> None:
    """Call `writers` after every flush of sessions of this class, with what it changed."""
    _writers[:] = writers

    def take(session: Session, context: UOWTransaction, instances: object) -> None:
        pending: list[Change] = session.info.setdefault("changes", [])
        pending.extend(_updates(session))
        pending.extend(_deletes(session))

    def tell_flush(session: Session, context: UOWTransaction) -> None:
        changes = _creates(session) + session.info.pop("changes", [])
        if changes:
            tell(session, changes)

    event.listen(session_class, "before_flush", take)
    event.listen(session_class, "after_flush", tell_flush)


def tell(session: Session, changes: list[Change]) -> None:
    """Hand changes to every registered writer, in the running unit."""
    for write in _writers:
        write(session, changes)


def diff_of(entity: Any, tracking: Tracking) -> Diff:
    """Return every told column of a row as (old, new) where it differs from what the database holds."""
    state = sa.inspect(entity)
    diff: Diff = {}
    for name in told_columns(state.mapper, tracking):
        if name not in state.committed_state:
            # Nobody touched it.
            continue
        history = state.attrs[name].history
        if not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else _stored(entity, state.mapper, name)
        new = history.added[0] if history.added else None
        if old != new:
            diff[name] = masked(name, tracking, old, new)
    return diff


@cache
def told_columns(mapper: Mapper[Any], tracking: Tracking) -> tuple[str, ...]:
    """Return the column attributes of a model that its history tells."""
    untold = SELF_KEPT | tracking.ignored
    return tuple(attribute.key for attribute in mapper.column_attrs if attribute.key not in untold)


def _stored(entity: Any, mapper: Mapper[Any], name: str) -> Any:
    # An attribute that was never loaded has no old value in memory: the row still has it.
    session = sa.orm.object_session(entity)
    if session is None or not sa.inspect(entity).persistent:
        return None
    column = mapper.columns[name]
    with session.no_autoflush:
        return session.execute(sa.select(column).where(mapper.primary_key[0] == entity.id)).scalar()


def _updates(session: Session) -> list[Change]:
    changes = []
    for entity in session.dirty:
        tracking = getattr(entity, "tracking", None)
        if tracking is not None and session.is_modified(entity):
            diff = diff_of(entity, tracking)
            if diff:
                changes.append(Change("UPDATE", entity, tracking, diff))
    return changes


def _deletes(session: Session) -> list[Change]:
    return [
        Change("DELETE", entity, entity.tracking, _snapshot(entity, deleted=True))
        for entity in session.deleted
        if hasattr(entity, "tracking")
    ]


def _creates(session: Session) -> list[Change]:
    return [
        Change("CREATE", entity, entity.tracking, _snapshot(entity, deleted=False))
        for entity in session.new
        if hasattr(entity, "tracking")
    ]


def _snapshot(entity: Base, *, deleted: bool) -> Diff:
    tracking: Tracking = entity.tracking  # type: ignore[attr-defined]
    diff: Diff = {}
    for name in told_columns(sa.inspect(entity).mapper, tracking):
        value = getattr(entity, name)
        if value is not None:
            diff[name] = masked(name, tracking, *((value, None) if deleted else (None, value)))
    return diff


def masked(name: str, tracking: Tracking, old: Any, new: Any) -> tuple[Any, Any]:
    """Return both values as the history may show them: of secret ones only that they changed."""
    if name not in tracking.secret:
        return old, new
    return (SECRET_WORDS if old is not None else None, SECRET_WORDS if new is not None else None)
