"""A prepared instance, jobs in it, and a runner without the engine's processes."""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from dbos import DBOSClient
from flask import Flask

from app.config import Settings
from app.core.async_db import AsyncDatabase
from app.core.clock import now
from app.core.db import session_scope
from app.jobs import claims, engine, hooks, registry, runner
from app.jobs.ledger import Ledger
from app.jobs.models import Job, JobStage, Worker
from app.jobs.repository import JobRepository, WorkerRepository
from app.jobs.runner import Runner
from app.jobs.service import JobService
from app.pipelines import PIPELINES

WORKER = "worker-1"


class Yard:
    """Jobs of three stages, `one`, `two` and `three`, and what tests do with them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = engine.jobs_url(settings)
        self.memories: dict[str, Memory] = defaultdict(Memory)

    def enqueue(self, **changes: Any) -> Job:
        with session_scope() as session:
            return JobService(session).enqueue(**{"kind": "trio", "project_id": 1, "name": "Trio", **changes})

    def job(self, job: Job) -> Job:
        """Return the job as the database has it now."""
        with session_scope() as session:
            return session.get_one(Job, job.id)

    def stages(self, job: Job) -> dict[str, JobStage]:
        with session_scope() as session:
            return {stage.name: stage for stage in JobRepository(session).stages(job.id)}

    def log(self, job: Job) -> list[str]:
        with session_scope() as session:
            return [line.message for line in JobRepository(session).log(job.id)]

    def do(self, verb: Callable[..., Any], *args: Any) -> Any:
        """Run `verb(session, …)` in a unit of work of its own."""
        with session_scope() as session:
            return verb(session, *args)

    def ask(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a method of the service in a unit of work of its own."""
        with session_scope() as session:
            return verb(JobService(session), *args, **kwargs)

    def take(self, job: Job, worker: str = WORKER) -> claims.Claim:
        """Take the job as a worker does."""
        claim = self.do(claims.take, job.public_id, job.attempt, worker)
        assert isinstance(claim, claims.Claim)
        return claim

    def beat(self, executor_id: str = WORKER) -> None:
        """Let a worker seem alive."""
        moment = now()
        worker = Worker(executor_id=executor_id, host="here", pid=1, heartbeat_at=moment, started_at=moment)
        self.do(lambda session: WorkerRepository(session).beat(worker))

    def workflow(self, job: Job) -> engine.Workflow | None:
        """Return the present attempt as the engine has it."""
        id = engine.workflow_id(job.public_id, job.attempt)
        return engine.Engine(self.settings, WORKER).find([id]).get(id)

    def engine_client(self) -> DBOSClient:
        """Return the engine's own door, to do to it what the port never does."""
        return DBOSClient(system_database_url=self.url)

    def run(self, job: Job, meanwhile: Callable[[Runner], Awaitable[None]] | None = None) -> bool:
        """Run this attempt in this process, and something beside it; say whether it is over for the engine."""
        return asyncio.run(self._run(job, meanwhile))

    def sweep(self) -> None:
        """Let a worker sweep the folders of executions."""

        async def sweep() -> None:
            database = AsyncDatabase(self.settings.database_url, {})
            await Runner(self.settings, Ledger(database), WORKER).sweep()
            await database.close()

        asyncio.run(sweep())

    async def _run(self, job: Job, meanwhile: Callable[[Runner], Awaitable[None]] | None) -> bool:
        database = AsyncDatabase(self.settings.database_url, {})
        worker = Runner(self.settings, Ledger(database), WORKER)
        memory = self.memories[engine.workflow_id(job.public_id, job.attempt)]
        running = asyncio.create_task(worker.run(str(job.public_id), job.attempt, memory.step))
        try:
            if meanwhile is not None:
                await meanwhile(worker)
            await asyncio.wait({running})
        finally:
            await database.close()
        if not running.cancelled():
            running.result()
        return not running.cancelled()


class Memory:
    """What the engine remembers of an attempt: a step that came to an answer is not done again."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    async def step(self, name: str, function: Callable[[], Awaitable[str]]) -> str:
        if name not in self.answers:
            self.answers[name] = await function()
        return self.answers[name]


@pytest.fixture
def yard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """Return an instance whose pipeline `trio` has three stages nobody has registered yet."""
    monkeypatch.setitem(PIPELINES, "trio", {"one": 1, "two": 2, "three": 1})
    monkeypatch.setattr(registry, "_stages", {})
    for name in ("_finished", "_stage_failed"):
        monkeypatch.setattr(hooks, name, defaultdict(list))
    yard = Yard(app.config["SETTINGS"])
    engine.prepare(yard.url)
    shutil.rmtree(yard.settings.instance / runner.WORK_FOLDER, ignore_errors=True)
    yield yard
    engine.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing but what a test is about."""
    monkeypatch.setattr(runner, "OUTAGE_WAITS_S", (0, 0))
    monkeypatch.setattr(runner, "CROWDED_WAIT_S", 0.01)
