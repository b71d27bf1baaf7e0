"""A whole instance on one of the databases, with worker processes to start and to kill."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import sqlalchemy as sa
from flask.ctx import AppContext
from flask_migrate import upgrade

from app.config import Settings, settings_from
from app.core.db import db, session_scope
from app.factory import create_app
from app.jobs import engine
from app.jobs.models import Job, JobStage, JobStatus, StageStatus
from app.jobs.service import JobService
from app.pipelines import PIPELINES
from tests.jobs import drill_worker
from tests.jobs.drill_worker import EFFECTS, ENDLESS, STAGES
from tests.torture.forked import Forked

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"drill": STAGES, "drill_endless": ENDLESS}


class Drill:
    """An instance, its settings, and the workers running on it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.settings: Settings = settings_from(environment, ROOT)
        self.workers: list[subprocess.Popen[bytes] | Forked] = []
        self.app = create_app(self.settings)
        engine.connect(self.settings)

    def inside(self) -> AppContext:
        """Return what `with` needs for the instance's own database to be the one in use."""
        return self.app.app_context()

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start one more worker process; it is ready a moment later."""
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.drill_worker"],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
        )
        self.workers.append(worker)
        return worker

    def fork_worker(self) -> None:
        """Start one from a process that has imported everything, for who starts hundreds."""
        self.workers.append(Forked(drill_worker.main, {**os.environ, **self.environment}, None))

    def kill(self, worker: subprocess.Popen[bytes] | Forked) -> None:
        """End a worker as a power cut would, and wait until it is gone."""
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def enqueue(self, count: int, kind: str = "drill") -> list[int]:
        """Enqueue jobs that may die as often as they like, and return their ids."""
        with session_scope() as session:
            service = JobService(session)
            jobs = [service.enqueue(kind, project_id=1, name=f"Drill {index}") for index in range(count)]
            for job in jobs:
                job.max_attempts = 1_000_000
            return [job.id for job in jobs]

    def allow_deaths(self, id: int, count: int) -> None:
        with session_scope() as session:
            session.get_one(Job, id).max_attempts = count

    def job(self, id: int) -> Job:
        """Return the job as the database has it now."""
        with session_scope() as session:
            return session.get_one(Job, id)

    def stands(self, id: int) -> tuple[StageStatus, int]:
        """Return how the job's first stage stands, and how many workers have died in it."""
        with session_scope() as session:
            query = sa.select(JobStage).where(JobStage.job_id == id).order_by(JobStage.seq)
            stage = session.scalars(query.limit(1)).one()
            return stage.status, stage.deaths

    def count(self, status: JobStatus) -> int:
        with session_scope() as session:
            return session.scalar(sa.select(sa.func.count()).where(Job.status == status)) or 0

    def effects(self) -> dict[tuple[int, str], int]:
        """Return how often each effect of each job was left."""
        query = sa.select(EFFECTS.c.job_id, EFFECTS.c.what, sa.func.count()).group_by(EFFECTS.c.job_id, EFFECTS.c.what)
        with session_scope() as session:
            return {(row[0], row[1]): row[2] for row in session.execute(query)}

    def unfinished(self) -> str:
        """Say of every job that is not completed how it stands, here and in the engine."""
        with session_scope() as session:
            jobs = list(session.scalars(sa.select(Job).where(Job.status != JobStatus.COMPLETED)))
        ids = [engine.workflow_id(job.public_id, job.attempt) for job in jobs]
        known = engine.Engine(self.settings, "test").find(ids)
        return "\n".join(
            f"{job.id} {job.status} {job.current_stage} {job.worker_id} {job.message} {known.get(id)}"
            for job, id in zip(jobs, ids, strict=True)
        )


@contextmanager
def drill(instance: Path, database_url: str | None = None, jobs_url: str | None = None) -> Iterator[Drill]:
    """Build an instance by the migrations and give it up again, workers included."""
    environment = {"RUSHES_INSTANCE": str(instance), "SECRET_KEY": "only for tests", "RUSHES_WORKERS": "2"}
    # Hundreds of these come and go, each on a disk that has room.
    environment |= {"RUSHES_BALLAST_MIB": "0"}
    environment |= {"DATABASE_URL": database_url} if database_url else {}
    environment |= {"JOBS_DATABASE_URL": jobs_url} if jobs_url else {}
    one = Drill(environment)
    # Only meanwhile: other tests hold the product's own kinds of job against its words.
    with patch.dict(PIPELINES, KINDS), one.inside():
        upgrade()
        engine.prepare(engine.jobs_url(one.settings))
        with session_scope() as session:
            EFFECTS.create(session.connection())
        try:
            yield one
        finally:
            for worker in list(one.workers):
                one.kill(worker)
            db.session.remove()
            db.engine.dispose()
            engine.close()


def wait_until(true: Callable[[], bool], within_s: float) -> float:
    """Look ten times a second until it is true, and return how long that took; fails when it is too long."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"not true within {within_s} s"
        time.sleep(0.1)
    return time.monotonic() - began
