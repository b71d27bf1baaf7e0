"""The worker's units of work: the same synchronous verbs, run on an async engine."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from app.core.db import SYSTEM, Actor, async_session, end_reading, install_hooks, unit_of_work

P = ParamSpec("P")
R = TypeVar("R")

ASYNC_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql+psycopg": "postgresql+psycopg",
    "mysql+pymysql": "mysql+asyncmy",
}


def async_url(url: str) -> str:
    """Return the same database's URL with its async driver; raises KeyError for a driver we do not know."""
    scheme, rest = url.split("://", 1)
    return f"{ASYNC_DRIVERS[scheme]}://{rest}"


class AsyncDatabase:
    """An async engine and the units of work opened on it."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self.engine: AsyncEngine = create_async_engine(async_url(url), **options)
        install_hooks(self.engine)

    @asynccontextmanager
    async def atransaction(self, actor: Actor = SYSTEM) -> AsyncIterator[AsyncSession]:
        """Commit what happens inside as one act; the async twin of `transaction()`."""
        async with async_session(self.engine) as session:
            unit = unit_of_work(session.sync_session, actor)
            await session.run_sync(lambda _: unit.__enter__())
            try:
                yield session
            except BaseException as error:
                caught = error
                if not await session.run_sync(lambda _: unit.__exit__(type(caught), caught, caught.__traceback__)):
                    raise
            else:
                await session.run_sync(lambda _: unit.__exit__(None, None, None))

    @asynccontextmanager
    async def areading(self) -> AsyncIterator[AsyncSession]:
        """Open a read-only unit; the async twin of `reading()`."""
        async with async_session(self.engine) as session:
            yield session
            await session.run_sync(end_reading)

    async def run(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a synchronous verb as one unit of work of the system."""
        async with self.atransaction() as session:
            return await call(session, verb, *args, **kwargs)

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


async def call(
    session: AsyncSession, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run a synchronous verb on this async session's connection."""
    return await session.run_sync(lambda inner: verb(inner, *args, **kwargs))


AsyncUnit = Callable[[Actor], AbstractAsyncContextManager[AsyncSession]]
