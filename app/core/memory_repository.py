"""Repositories in memory for service tests: the same verbs, the same order, the same refusals as a database."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa

from app.core.async_repository import AsyncRepository
from app.core.db import Base
from app.core.errors import Conflict, Invalid, NotFound
from app.core.pagination import Page, clamp, decode_after, encode_after
from app.core.repository import Repository
from app.core.texts import say

T = TypeVar("T", bound=Base)
R = TypeVar("R")


class MemoryRepository(Generic[T]):
    """Rows of one model in a dict; unique constraints and column defaults are those of the model's table."""

    repository: ClassVar[type[Repository[Any]]]

    def __init__(self) -> None:
        self.rows: dict[int, T] = {}
        self._last_id = 0

    @property
    def model(self) -> type[T]:
        found: type[T] = self.repository.model
        return found

    def create(self, entity: T) -> T:
        """Add a row, with its defaults and an id; raises `Conflict` with the field where it clashes."""
        _fill_defaults(entity)
        self._refuse_clash(entity)
        self._last_id += 1
        entity.id = self._last_id  # type: ignore[attr-defined]
        self.rows[self._last_id] = entity
        return entity

    def get(self, id: int) -> T | None:
        return self.rows.get(id)

    def get_by_public_id(self, public_id: uuid.UUID) -> T | None:
        return next((row for row in self.rows.values() if _value(row, "public_id") == public_id), None)

    def require(self, public_id: uuid.UUID) -> T:
        found = self.get_by_public_id(public_id)
        if found is None:
            raise NotFound()
        return found

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[T]:
        names, descending = self.repository.order, self.repository.descending

        def key(row: T) -> tuple[Any, ...]:
            return tuple(_value(row, name) for name in names)

        ordered = sorted(self.rows.values(), key=key, reverse=descending)
        if after is not None:
            place = tuple(decode_after(after, len(names)))
            ordered = [row for row in ordered if (key(row) < place if descending else key(row) > place)]
        size = clamp(limit)
        more = len(ordered) > size
        return Page(ordered[:size], encode_after(key(ordered[size - 1])) if more else None)

    def update(self, entity: T, changes: Mapping[str, Any]) -> T:
        """Set the named fields, all or none; raises `Invalid` or `Conflict` as the database would."""
        forbidden = set(changes) - self.repository.writable
        if forbidden:
            raise Invalid(f"{', '.join(sorted(forbidden))} cannot be changed here.")
        with _undone_on_error(entity, changes):
            for name, value in changes.items():
                setattr(entity, name, value)
            self._refuse_clash(entity)
        if changes and sa.inspect(self.model).version_id_col is not None:
            entity.version += 1  # type: ignore[attr-defined]
        return entity

    def delete(self, id: int) -> bool:
        return self.rows.pop(id, None) is not None

    def count(self) -> int:
        return len(self.rows)

    def exists(self, id: int) -> bool:
        return id in self.rows

    def _refuse_clash(self, entity: T) -> None:
        table = sa.inspect(self.model).local_table
        assert isinstance(table, sa.Table)
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint) and self._clashes(entity, constraint):
                field = constraint.info.get("field") or next(iter(constraint.columns)).name
                raise Conflict(constraint.info.get("words", say("This is already taken.")), field)

    def _clashes(self, entity: T, constraint: sa.UniqueConstraint) -> bool:
        names = [column.name for column in constraint.columns]
        wanted = [_value(entity, name) for name in names]
        # As in SQL, what is not known equals nothing.
        if any(value is None for value in wanted):
            return False
        others = (row for row in self.rows.values() if row is not entity)
        return any([_value(row, name) for name in names] == wanted for row in others)


class AsyncMemoryRepository(AsyncRepository[T]):
    """The same as coroutines: put before a room's async repository, it answers its verbs from memory."""

    memory: Callable[[], MemoryRepository[T]]

    def __init__(self) -> None:
        self.inner = type(self).memory()

    async def _run(self, verb: Callable[[Any], R]) -> R:
        return verb(self.inner)


def _value(entity: Any, name: str) -> Any:
    return getattr(entity, name)


def _fill_defaults(entity: Any) -> None:
    """Give the row what the database's insert would have given it."""
    for column in sa.inspect(type(entity)).columns:
        if column.default is None or getattr(entity, column.key) is not None:
            continue
        value = column.default.arg
        setattr(entity, column.key, value(None) if callable(value) else value)


@contextmanager
def _undone_on_error(entity: Any, changes: Mapping[str, Any]) -> Iterator[None]:
    before = {name: getattr(entity, name) for name in changes}
    try:
        yield
    except Conflict:
        for name, value in before.items():
            setattr(entity, name, value)
        raise
