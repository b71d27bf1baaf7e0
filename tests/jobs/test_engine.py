"""The engine knows of a job exactly when its row is committed, on each database."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from app.config import Settings
from app.core.async_db import AsyncDatabase
from app.core.db import nested, session_scope, transaction
from app.core.errors import Unavailable
from app.core.schema import is_ours
from app.jobs import engine
from app.jobs.engine import Engine
from app.jobs.ledger import Ledger
from app.jobs.models import Job, JobStatus
from app.jobs.service import JobService
from app.pipelines import PIPELINES
from tests.jobs.conftest import Yard
from tests.jobs.drill import KINDS, Drill, drill, wait_until
from tests.servers import mariadb_server, postgres_server


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    with postgres_server() as url, drill(tmp_path_factory.mktemp("postgres"), url) as one:
        yield one


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    folder = tmp_path_factory.mktemp("mariadb")
    with mariadb_server() as url, drill(folder, url, f"sqlite:///{folder / 'jobs.db'}") as one:
        yield one


def workflow(settings: Settings, job_id: str) -> engine.Workflow | None:
    return Engine(settings, "test").find([job_id]).get(job_id)


def enqueue_and_fail(attempts: list[str]) -> None:
    with session_scope() as session:
        job = JobService(session).enqueue("drill", project_id=1, name="Lost")
        attempts.append(engine.workflow_id(job.public_id, 1))
        raise RuntimeError("on purpose")


async def follow_up(settings: Settings) -> Job:
    """Enqueue a job as a stage's verb does, over the async driver."""
    database = AsyncDatabase(settings.database_url, {})
    job = await Ledger(database).write(
        lambda session: JobService(session).enqueue("drill", project_id=1, name="Follows")
    )
    await database.close()
    return job


@pytest.mark.server
@pytest.mark.parametrize("database", ["postgres", "mariadb"])
def test_a_rollback_enqueues_nothing(request: pytest.FixtureRequest, database: str) -> None:
    yard: Drill = request.getfixturevalue(database)
    attempts: list[str] = []

    with yard.inside(), pytest.raises(RuntimeError, match="on purpose"):
        enqueue_and_fail(attempts)

    assert workflow(yard.settings, attempts[0]) is None


@pytest.mark.server
@pytest.mark.parametrize("database", ["postgres", "mariadb"])
def test_a_commit_enqueues_the_attempt(request: pytest.FixtureRequest, database: str) -> None:
    yard: Drill = request.getfixturevalue(database)

    with yard.inside():
        [id] = yard.enqueue(1)
        job = yard.job(id)

    found = workflow(yard.settings, engine.workflow_id(job.public_id, 1))
    assert found is not None and found.status == "ENQUEUED"


@pytest.mark.server
@pytest.mark.parametrize("database", ["postgres", "mariadb"])
def test_a_verb_of_a_stage_enqueues_a_job_with_its_own_transaction(
    request: pytest.FixtureRequest, database: str
) -> None:
    yard: Drill = request.getfixturevalue(database)

    job = asyncio.run(follow_up(yard.settings))

    assert workflow(yard.settings, engine.workflow_id(job.public_id, 1)) is not None


def test_a_request_enqueues_with_its_own_transaction(yard: Yard) -> None:
    with transaction() as session:
        job = JobService(session).enqueue("trio", project_id=1, name="From a form")

    found = yard.workflow(job)
    assert found is not None and found.status == "ENQUEUED"


def test_a_stage_on_sqlite_enqueues_with_its_own_transaction(yard: Yard) -> None:
    with patch.dict(PIPELINES, KINDS):
        job = asyncio.run(follow_up(yard.settings))

    assert yard.workflow(job) is not None


@pytest.mark.server
def test_a_savepoint_alone_tells_the_engine_nothing(mariadb: Drill) -> None:
    with mariadb.inside(), session_scope() as session:
        with nested(session):
            job = JobService(session).enqueue("drill", project_id=1, name="Soon")
        early = workflow(mariadb.settings, engine.workflow_id(job.public_id, 1))

    late = workflow(mariadb.settings, engine.workflow_id(job.public_id, 1))
    assert early is None
    assert late is not None


@pytest.mark.server
def test_a_mariadb_without_a_database_for_jobs_says_which_setting_is_missing(mariadb: Drill) -> None:
    with pytest.raises(ValueError, match="JOBS_DATABASE_URL"):
        engine.jobs_url(Settings(mariadb.settings.instance, mariadb.settings.database_url, None, "", None))


@pytest.mark.server
def test_enqueueing_without_a_database_for_jobs_is_refused_in_words(
    mariadb: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_elsewhere", {})

    with mariadb.inside(), pytest.raises(Unavailable, match="set JOBS_DATABASE_URL"):
        mariadb.enqueue(1)


def test_jobs_that_come_home_again_are_looked_for_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere: dict[str, str] = {}
    monkeypatch.setattr(engine, "_elsewhere", elsewhere)
    home = Settings(tmp_path, f"sqlite:///{tmp_path / 'rushes.db'}", None, "", None)

    engine.connect(replace(home, jobs_database_url=f"sqlite:///{tmp_path / 'jobs.db'}"))
    assert len(elsewhere) == 1
    engine.connect(home)

    assert elsewhere == {}


@pytest.mark.server
def test_a_worker_on_mariadb_does_jobs_kept_elsewhere(mariadb: Drill) -> None:
    with mariadb.inside():
        ids = mariadb.enqueue(3)
        mariadb.start_worker()
        wait_until(lambda: all(mariadb.job(id).status == JobStatus.COMPLETED for id in ids), within_s=30)
        left = [count for (job_id, _), count in mariadb.effects().items() if job_id in ids]

    assert left == [1] * 12


def test_the_engines_tables_are_not_ours_to_migrate(yard: Yard) -> None:
    tables = yard.do(lambda session: sa.inspect(session.connection()).get_table_names())

    ours = {name for name in tables if is_ours(None, name, "table", True, None)}
    assert {"workflow_status", "queues", "dbos_migrations"} <= set(tables)
    assert not ours & {"workflow_status", "queues", "dbos_migrations", "operation_outputs", "streams"}
    assert "jobs" in ours


def test_preparing_twice_is_harmless(yard: Yard, tmp_path: Path) -> None:
    engine.prepare(yard.url)
    engine.prepare(f"sqlite:///{tmp_path / 'elsewhere.db'}")

    with sa.create_engine(f"sqlite:///{tmp_path / 'elsewhere.db'}").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_paused_queue_stays_paused_when_a_worker_starts(yard: Yard) -> None:
    worker = Engine(yard.settings, "worker-1")
    worker.prepare()
    yard.ask(JobService.pause)

    worker.prepare()

    assert yard.ask(JobService.is_paused) is True
