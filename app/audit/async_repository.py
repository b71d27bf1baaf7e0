"""The audit log's repository as coroutines, over `run_sync`."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditLog
from app.audit.repository import AuditRepository
from app.core.pagination import Page

R = TypeVar("R")


class AsyncAuditRepository:
    """See `AuditRepository`."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def log_create(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        await self._run(lambda log: log.log_create(entity_type, entity_id, changes, **facts))

    async def log_update(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        await self._run(lambda log: log.log_update(entity_type, entity_id, changes, **facts))

    async def log_delete(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None:
        await self._run(lambda log: log.log_delete(entity_type, entity_id, changes, **facts))

    async def get_history(
        self, entity_type: str, entity_id: int, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]:
        return await self._run(lambda log: log.get_history(entity_type, entity_id, before=before, limit=limit))

    async def _run(self, verb: Callable[[AuditRepository], R]) -> R:
        return await self.session.run_sync(lambda session: verb(AuditRepository(session)))
