"""The same repositories for the worker: each method one line over `run_sync`, so that no logic is written twice."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import Base
from app.core.pagination import Page
from app.core.repository import Repository

T = TypeVar("T", bound=Base)
R = TypeVar("R")


class AsyncRepository(Generic[T]):
    """The verbs of a `Repository` as coroutines on an `AsyncSession`; they flush and never commit."""

    repository: type[Repository[T]]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def create(self, entity: T) -> T:
        return await self._run(lambda rows: rows.create(entity))

    async def get(self, id: int) -> T | None:
        return await self._run(lambda rows: rows.get(id))

    async def get_by_public_id(self, public_id: uuid.UUID) -> T | None:
        return await self._run(lambda rows: rows.get_by_public_id(public_id))

    async def list(self, *, after: str | None = None, limit: int = 100) -> Page[T]:
        return await self._run(lambda rows: rows.list(after=after, limit=limit))

    async def update(self, entity: T, changes: Mapping[str, Any]) -> T:
        return await self._run(lambda rows: rows.update(entity, changes))

    async def delete(self, id: int) -> bool:
        return await self._run(lambda rows: rows.delete(id))

    async def count(self) -> int:
        return await self._run(lambda rows: rows.count())

    async def exists(self, id: int) -> bool:
        return await self._run(lambda rows: rows.exists(id))

    async def _run(self, verb: Callable[[Any], R]) -> R:
        """Run `verb(repository)`; rooms add their own verbs by the same one line."""
        return await self.session.run_sync(lambda session: verb(self.repository(session)))
