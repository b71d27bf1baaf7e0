"""Workers die at any moment: every job is done once, nothing is lost, nothing happens twice."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.db import session_scope
from app.jobs.models import JobStage, JobStatus
from tests.jobs.drill import Drill, drill, wait_until
from tests.servers import postgres_server
from tests.torture.tally import tally

# Begins many processes.
pytestmark = pytest.mark.slow

# The whole proof is 200 kills on each database: make torture.
KILLS = int(os.environ.get("RUSHES_KILLS", "20"))
JOBS_PER_KILL = 3
MOST_WAITING = 9
EFFECTS = ("replace", "complete", "files", "finished")


@pytest.fixture(params=["sqlite", "postgresql"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drill]:
    if request.param == "sqlite":
        with drill(tmp_path) as one:
            yield one
    else:
        with postgres_server() as url, drill(tmp_path, url) as one:
            yield one


@pytest.mark.timeout(120 + 10 * KILLS)
def test_every_job_is_done_once_however_often_workers_are_killed(yard: Drill) -> None:
    random.seed(7)
    for _ in range(2):
        yard.fork_worker()
    ids = yard.enqueue(JOBS_PER_KILL)

    with tally(f"workers killed, {yard.settings.database_url.split(':')[0]}") as row:
        row.bad = 1
        for row.tried in range(1, KILLS + 1):
            time.sleep(random.uniform(0.3, 1.5))
            # On a busy machine workers need longer to begin: always killing them sooner would prove nothing.
            keep_up(yard, len(ids) - MOST_WAITING)
            yard.kill(random.choice(yard.workers))
            yard.fork_worker()
            ids += yard.enqueue(JOBS_PER_KILL)
        keep_up(yard, len(ids))
        row.bad, row.note = 0, f"{len(ids)} jobs, {deaths()} stages broken off"

    assert yard.effects() == {(id, what): 1 for id in ids for what in EFFECTS}
    assert {path.name for path in (yard.settings.instance / "kept").iterdir()} == {str(id) for id in ids}
    assert deaths() >= KILLS // 10, "the kills must have hit work"


def keep_up(yard: Drill, completed: int) -> None:
    """Wait until so many jobs are completed; fails, saying which are not, after a minute."""
    try:
        wait_until(lambda: yard.count(JobStatus.COMPLETED) >= completed, within_s=60)
    except AssertionError as error:
        raise AssertionError(yard.unfinished()) from error


def deaths() -> int:
    with session_scope() as session:
        return session.scalar(sa.select(sa.func.sum(JobStage.deaths))) or 0
