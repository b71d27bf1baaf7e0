"""What every repository offers: create, get, list, update, delete, count and exists; none of it commits."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core.db import Base
from app.core.errors import Invalid, NotFound
from app.core.pagination import Page, behind, clamp, decode_after, encode_after

T = TypeVar("T", bound=Base)


class Repository(Generic[T]):
    """Rows of one model; subclasses name the model, what may be changed, and the order of `list`."""

    model: type[T]
    writable: ClassVar[frozenset[str]] = frozenset()
    order: ClassVar[tuple[str, ...]] = ("created_at", "id")
    descending: ClassVar[bool] = True

    def __init__(self, session: Session) -> None:
        self.session = session

    def create(self, entity: T) -> T:
        """Add a row; raises `Conflict` at the end of the unit where it clashes."""
        self.session.add(entity)
        # The id is needed at once by whatever points at the row.
        self.session.flush()
        return entity

    def get(self, id: int) -> T | None:
        return self.session.get(self.model, id)

    def get_by_public_id(self, public_id: uuid.UUID) -> T | None:
        return self.session.scalar(sa.select(self.model).where(self._column("public_id") == public_id))

    def require(self, public_id: uuid.UUID) -> T:
        """Return the row or raise `NotFound`."""
        found = self.get_by_public_id(public_id)
        if found is None:
            raise NotFound()
        return found

    def list(self, *, after: str | None = None, limit: int = 100) -> Page[T]:
        """Return at most 200 rows in the class's order, from behind `after` on."""
        return self.page(sa.select(self.model), after=after, limit=limit)

    def page(self, query: sa.Select[T], *, after: str | None = None, limit: int = 100) -> Page[T]:
        """Return one keyset page of `query` in the class's order."""
        columns = [self._column(name) for name in self.order]
        if after is not None:
            query = query.where(behind(columns, decode_after(after, len(columns)), descending=self.descending))
        ordered = query.order_by(*(column.desc() if self.descending else column.asc() for column in columns))
        size = clamp(limit)
        rows: Sequence[T] = self.session.scalars(ordered.limit(size + 1)).all()
        items = list(rows[:size])
        more = len(rows) > size
        return Page(items, encode_after([getattr(items[-1], name) for name in self.order]) if more else None)

    def update(self, entity: T, changes: Mapping[str, Any]) -> T:
        """Set the named fields; raises `Invalid` for one that is not on the model's allow-list."""
        forbidden = set(changes) - self.writable
        if forbidden:
            raise Invalid(f"{', '.join(sorted(forbidden))} cannot be changed here.")
        for name, value in changes.items():
            setattr(entity, name, value)
        # The new version must be known to whoever shows the row next.
        self.session.flush()
        return entity

    def delete(self, id: int) -> bool:
        """Remove the row and say whether there was one."""
        found = self.get(id)
        if found is None:
            return False
        self.session.delete(found)
        # A reader in the same unit must not see the row any more.
        self.session.flush()
        return True

    def count(self) -> int:
        return self.session.scalar(sa.select(sa.func.count()).select_from(self.model)) or 0

    def exists(self, id: int) -> bool:
        return self.session.scalar(sa.select(sa.literal(1)).where(self._column("id") == id)) is not None

    def _column(self, name: str) -> InstrumentedAttribute[Any]:
        column: InstrumentedAttribute[Any] = getattr(self.model, name)
        return column


class Repositories(Protocol[T]):
    """The eight verbs services and fakes are typed against; each room's `protocols.py` adds its own."""

    def create(self, entity: T) -> T: ...
    def get(self, id: int) -> T | None: ...
    def get_by_public_id(self, public_id: uuid.UUID) -> T | None: ...
    def list(self, *, after: str | None = None, limit: int = 100) -> Page[T]: ...
    def update(self, entity: T, changes: Mapping[str, Any]) -> T: ...
    def delete(self, id: int) -> bool: ...
    def count(self) -> int: ...
    def exists(self, id: int) -> bool: ...


class AsyncRepositories(Protocol[T]):
    """The same eight verbs as coroutines."""

    async def create(self, entity: T) -> T: ...
    async def get(self, id: int) -> T | None: ...
    async def get_by_public_id(self, public_id: uuid.UUID) -> T | None: ...
    async def list(self, *, after: str | None = None, limit: int = 100) -> Page[T]: ...
    async def update(self, entity: T, changes: Mapping[str, Any]) -> T: ...
    async def delete(self, id: int) -> bool: ...
    async def count(self) -> int: ...
    async def exists(self, id: int) -> bool: ...
