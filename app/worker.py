"""The worker process: one event loop that takes jobs from the engine and supervises confined children."""

import asyncio
import importlib
import logging
import signal
from collections.abc import Sequence

from app.config import Settings
from app.core.async_db import AsyncDatabase
from app.core.db import engine_options
from app.core.meter import Meter
from app.core.statements import watch
from app.jobs import engine
from app.jobs.engine import Engine
from app.jobs.housekeeping import keep_house
from app.jobs.ledger import Ledger, forget_result
from app.jobs.runner import Runner
from app.jobs.workers import Caretaker, this_process

# Importing them registers the stages and the recurring work; each room that has either has one.
TASK_MODULES: tuple[str, ...] = (
    "app.audit.tasks",
    "app.auth.tasks",
    "app.backups.tasks",
    "app.index.tasks",
    "app.media.tasks",
    "app.media.fetch_tasks",
    "app.transcripts.tasks",
    "app.analysis.tasks",
    "app.clips.tasks",
    "app.clips.reel_tasks",
    "app.songs.tasks",
    "app.songs.purge",
    "app.clips.purge",
    "app.analysis.purge",
    "app.transcripts.purge",
)

# Ten seconds to be gone: children are killed and jobs handed back in the first of them.
HAND_BACK_S = 4.0
STOP_ENGINE_S = 3.0
GONE_AFTER_S = 9

log = logging.getLogger("rushes.worker")


def run_worker(settings: Settings, task_modules: Sequence[str] = TASK_MODULES) -> None:
    """Run jobs until SIGTERM or SIGINT, then hand back what is unfinished and return within ten seconds."""
    for name in task_modules:
        importlib.import_module(name)
    asyncio.run(_work(settings))
    signal.alarm(0)


async def _work(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    database = AsyncDatabase(settings.database_url, _options(settings))
    watch(database.engine.sync_engine, Meter(), slow_ms=settings.slow_query_ms)
    me = this_process()
    runner = Runner(settings, Ledger(database), me.executor_id)
    running_engine = Engine(settings, me.executor_id)
    caretaker = Caretaker(me, running_engine, runner)
    # Before the first job is taken: one taken by a worker nobody knows would be taken over at once.
    await caretaker.beat()
    await asyncio.to_thread(running_engine.prepare)
    running_engine.launch(runner.run)
    duties = [
        asyncio.create_task(caretaker.keep_beating()),
        asyncio.create_task(runner.watch()),
        asyncio.create_task(keep_house(settings, lambda: caretaker.acts_for_all)),
    ]
    for duty in duties:
        duty.add_done_callback(forget_result)
    log.info("worker %s is ready, %s jobs at a time", me.executor_id, settings.worker_concurrency)
    await stopped.wait()
    await _leave(caretaker, duties)
    await database.close()


async def _leave(caretaker: Caretaker, duties: list[asyncio.Task[None]]) -> None:
    # Should anything below hang, the alarm ends the process, and its jobs are taken over as those of the dead.
    signal.alarm(GONE_AFTER_S)
    log.info("stopping: unfinished jobs go back to the queue")
    await caretaker.runner.stop(HAND_BACK_S)
    for duty in duties:
        duty.cancel()
    await asyncio.wait(duties)
    stopping = asyncio.create_task(asyncio.to_thread(caretaker.engine.stop))
    stopping.add_done_callback(forget_result)
    await asyncio.wait({stopping}, timeout=STOP_ENGINE_S)
    await caretaker.hand_back_all()
    engine.close()


def _options(settings: Settings) -> dict[str, object]:
    return engine_options(
        settings.database_url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_max_overflow,
        recycle_s=settings.pool_recycle_s,
        echo=settings.echo,
    )
