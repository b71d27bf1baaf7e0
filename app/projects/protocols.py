"""What services and fakes may expect of the projects' repository."""

from typing import Protocol

from app.core.pagination import Page
from app.core.repository import AsyncRepositories, Repositories
from app.projects.models import Project
from app.projects.repository import ProjectRow


class Projects(Repositories[Project], Protocol):
    """Projects by name, by folder, and listed with their counts."""

    def find_by_name(self, name: str) -> Project | None: ...
    def find_by_workspace(self, path: str) -> Project | None: ...
    def list_with_stats(
        self, *, user_id: int | None, archived: bool = False, after: str | None = None, limit: int = 48
    ) -> Page[ProjectRow]: ...


class AsyncProjects(AsyncRepositories[Project], Protocol):
    """The same as coroutines."""

    async def find_by_name(self, name: str) -> Project | None: ...
    async def find_by_workspace(self, path: str) -> Project | None: ...
    async def list_with_stats(
        self, *, user_id: int | None, archived: bool = False, after: str | None = None, limit: int = 48
    ) -> Page[ProjectRow]: ...
