"""What may be expected of the audit log: entries go in, and are read; nothing else."""

from typing import Any, Protocol

from app.audit.models import AuditLog
from app.core.pagination import Page


class History(Protocol):
    """What happened, newest first."""

    def log_create(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None: ...
    def log_update(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None: ...
    def log_delete(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None: ...
    def get_history(
        self, entity_type: str, entity_id: int, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]: ...


class AsyncHistory(Protocol):
    """The same as coroutines."""

    async def log_create(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None: ...
    async def log_update(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None: ...
    async def log_delete(self, entity_type: str, entity_id: int, changes: dict[str, Any], **facts: Any) -> None: ...
    async def get_history(
        self, entity_type: str, entity_id: int, *, before: int | None = None, limit: int = 50
    ) -> Page[AuditLog]: ...
