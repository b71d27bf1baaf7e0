"""Eight things a repository may stand on, behind one face: each call is one unit of work."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.async_db import AsyncDatabase
from app.core.async_repository import AsyncRepository
from app.core.db import Base, engine_options, install_hooks, unit_of_work
from app.core.memory_repository import AsyncMemoryRepository, MemoryRepository
from app.core.repository import Repository
from app.projects.models import Project
from app.projects.repository import ProjectRepository

R = TypeVar("R", bound=Base)
Verb = Callable[[Any], Any]


class AsyncProjects(AsyncRepository[Project]):
    repository = ProjectRepository


class MemoryProjects(MemoryRepository[Project]):
    repository = ProjectRepository


class AsyncMemoryProjects(AsyncMemoryRepository[Project]):
    memory = MemoryProjects


class Backing(Generic[R]):
    """`do(verb)` runs `verb(repository)` as one unit and returns what it gave."""

    def do(self, verb: Verb) -> Any:
        raise AssertionError("a backing says how")

    def close(self) -> None:
        """Give everything back."""


class SyncBacking(Backing[Project]):
    def __init__(self, engine: sa.Engine, repository: type[Repository[Project]]) -> None:
        self.engine, self.repository = engine, repository

    def do(self, verb: Verb) -> Any:
        with Session(self.engine, expire_on_commit=False) as session, unit_of_work(session):
            return verb(self.repository(session))

    def close(self) -> None:
        self.engine.dispose()


class AsyncBacking(Backing[Project]):
    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.database = self.runner.run(self._connect(url))

    async def _connect(self, url: str) -> AsyncDatabase:
        return AsyncDatabase(url, options_for(url))

    def do(self, verb: Verb) -> Any:
        return self.runner.run(self._do(verb))

    async def _do(self, verb: Verb) -> Any:
        async with self.database.atransaction() as session:
            return await verb(AsyncProjects(session))

    def close(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()


class MemoryBacking(Backing[Project]):
    def __init__(self, repository: Any) -> None:
        self.repository = repository

    def do(self, verb: Verb) -> Any:
        result = verb(self.repository)
        return asyncio.run(_finish(result)) if inspect.isawaitable(result) else result


async def _finish(result: Any) -> Any:
    return await result


def options_for(url: str) -> dict[str, Any]:
    return engine_options(url, pool_size=2, max_overflow=2, recycle_s=3600, echo=False)


@contextmanager
def backing(kind: str, url: str | None) -> Iterator[Backing[Project]]:
    """Open the backing of this kind (`sync`, `async`, `memory`, `memory-async`) over a migrated database."""
    made = _make(kind, url)
    try:
        yield made
    finally:
        made.close()


def _make(kind: str, url: str | None) -> Backing[Project]:
    if url is None:
        return MemoryBacking(MemoryProjects() if kind == "memory" else AsyncMemoryProjects())
    if kind == "async":
        return AsyncBacking(url)
    engine = sa.create_engine(url, **options_for(url))
    install_hooks(engine)
    return SyncBacking(engine, ProjectRepository)
