"""Stages for tests, and what they do."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.orm import Session

from app.jobs.context import StageContext
from app.jobs.models import Job
from app.jobs.registry import StageFunction, stage
from app.jobs.runner import Runner


def stages(**functions: StageFunction) -> list[str]:
    """Register the trio's stages, those not named doing nothing, and return the list they note their names in."""
    done: list[str] = []

    def noting(name: str, function: StageFunction) -> StageFunction:
        async def run(context: StageContext) -> None:
            done.append(name)
            await function(context)

        return run

    for name in ("one", "two", "three"):
        stage(name)(noting(name, functions.get(name, nothing)))
    return done


async def nothing(context: StageContext) -> None:
    """A stage that does nothing."""


async def forever(context: StageContext) -> None:
    (context.work_dir / "half").write_text("not done")
    await asyncio.Event().wait()


def failing(error: Exception) -> StageFunction:
    async def fail(context: StageContext) -> None:
        raise error

    return fail


def rename(session: Session, job_id: int, name: str) -> str:
    session.get_one(Job, job_id).name = name
    return name


def when_running(act: Callable[[Runner], Awaitable[None]], stage_name: str = "two") -> Callable[..., Awaitable[None]]:
    """Do something as soon as this stage runs."""

    async def meanwhile(runner: Runner) -> None:
        while not any(each.task and each.stage == stage_name for each in runner.executions):
            await asyncio.sleep(0.01)
        await act(runner)

    return meanwhile
