"""The projects' repository as coroutines, over `run_sync`."""

from app.core.async_repository import AsyncRepository
from app.core.pagination import Page
from app.projects.models import Project
from app.projects.repository import ProjectRepository, ProjectRow


class AsyncProjectRepository(AsyncRepository[Project]):
    """See `ProjectRepository`."""

    repository = ProjectRepository

    async def find_by_name(self, name: str) -> Project | None:
        return await self._run(lambda rows: rows.find_by_name(name))

    async def find_by_workspace(self, path: str) -> Project | None:
        return await self._run(lambda rows: rows.find_by_workspace(path))

    async def list_with_stats(
        self, *, user_id: int | None, archived: bool = False, after: str | None = None, limit: int = 48
    ) -> Page[ProjectRow]:
        return await self._run(
            lambda rows: rows.list_with_stats(user_id=user_id, archived=archived, after=after, limit=limit)
        )
