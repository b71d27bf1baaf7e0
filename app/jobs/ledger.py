"""How a worker writes to the ledger: whole units that end by themselves, tried again where that is safe."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from app.core.async_db import AsyncDatabase, call
from app.core.db import TRIES
from app.core.db_errors import is_transient
from app.core.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

# How often and how long a worker waits for a database that does not answer: about a minute in all.
WAITS_S = (0.5, 1, 2, 4, 8, 15, 30)

log = logging.getLogger(__name__)


class Ledger:
    """The worker's door to the database."""

    def __init__(self, database: AsyncDatabase) -> None:
        self.database = database

    async def write(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a verb as one unit of work, again as a whole on busy, deadlock and serialization errors.

        A unit that has begun comes to its end even when the caller is cancelled meanwhile.
        """
        work = asyncio.create_task(self._run(lambda session: verb(session, *args, **kwargs)))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work})
            raise

    async def insist(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do what `write` does, waiting about a minute for a database that does not answer.

        Only for verbs that may run twice: whether the last try was committed cannot be known.
        """
        for wait_s in WAITS_S:
            try:
                return await self.write(verb, *args, **kwargs)
            except Unavailable:
                log.warning("the database does not answer; trying again in %s s", wait_s)
                await asyncio.sleep(wait_s)
        return await self.write(verb, *args, **kwargs)

    async def read(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a verb in a read-only unit."""
        async with self.database.areading() as session:
            return await call(session, verb, *args, **kwargs)

    async def _run(self, unit: Callable[[Session], R]) -> R:
        for attempt in range(1, TRIES + 1):
            try:
                return await self.database.run(unit)
            except Exception as error:
                if attempt == TRIES or not is_transient(error):
                    raise
                await asyncio.sleep(random.uniform(0.01, 0.05) * attempt)
        raise AssertionError("unreachable")


def forget_result(task: "asyncio.Task[Any]") -> None:
    """Say a background task's unexpected error in the log instead of losing it."""
    if not task.cancelled() and task.exception() is not None:
        log.error("a background task of the worker failed", exc_info=task.exception())
