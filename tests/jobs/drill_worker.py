"""A real worker process for tests: jobs of three stages whose effects are counted in a table."""

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

import asyncio  # noqa: E402 - the safe SQLite must be in place first
import os  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import sqlalchemy as sa  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from app.config import settings_from  # noqa: E402
from app.jobs.context import StageContext  # noqa: E402
from app.jobs.hooks import on_finished  # noqa: E402
from app.jobs.registry import stage  # noqa: E402
from app.worker import run_worker  # noqa: E402

STAGES = {"drill_replace": 1, "drill_complete": 2, "drill_files": 1}
ENDLESS = {"drill_endless": 1}
EFFECTS = sa.Table(
    "drill_effects",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.Integer, nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
)


def add_effect(session: Session, job_id: int, what: str) -> None:
    """Leave one row each time it is called."""
    session.execute(sa.insert(EFFECTS).values(job_id=job_id, what=what))


def replace_effect(session: Session, job_id: int, what: str) -> None:
    """Leave one row however often it is called."""
    session.execute(sa.delete(EFFECTS).where(EFFECTS.c.job_id == job_id, EFFECTS.c.what == what))
    add_effect(session, job_id, what)


async def work(context: StageContext) -> None:
    for step in range(1, 5):
        await asyncio.sleep(random.uniform(0.01, 0.06))
        await context.progress(step / 4, f"step {step} of 4")


@stage("drill_replace")
async def replace(context: StageContext) -> None:
    await work(context)
    await context.save(replace_effect, context.job.id, "replace")
    await asyncio.sleep(0.02)


@stage("drill_complete")
async def complete(context: StageContext) -> None:
    await work(context)
    await context.complete(add_effect, context.job.id, "complete")


@stage("drill_files")
async def files(context: StageContext) -> None:
    (context.work_dir / "half").write_text(context.job.name)
    await work(context)
    kept = context.settings.instance / "kept" / f"{context.job.id}"
    kept.parent.mkdir(exist_ok=True)
    (context.work_dir / "half").rename(kept)
    await context.complete(add_effect, context.job.id, "files")


@stage("drill_endless")
async def endless(context: StageContext) -> None:
    (context.work_dir / "half").write_text("not done")
    await context.progress(0.5, "at work")
    await asyncio.Event().wait()


@on_finished("drill")
def note_end(session: Session, job: object) -> None:
    add_effect(session, job.id, "finished")  # type: ignore[attr-defined]


def main() -> None:
    """Work until stopped, in the instance the environment names."""
    run_worker(settings_from(os.environ, Path(sys.argv[0]).parent), task_modules=())


if __name__ == "__main__":
    main()
