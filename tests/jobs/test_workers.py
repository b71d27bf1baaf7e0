"""Workers take over from the dead, and only from the dead, and close the gaps a crash left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.core.async_db import AsyncDatabase
from app.core.clock import now
from app.jobs import claims, workers
from app.jobs.engine import Engine, Workflow, workflow_id
from app.jobs.hooks import on_finished
from app.jobs.ledger import Ledger
from app.jobs.models import Job, JobStatus, Worker
from app.jobs.repository import WorkerRepository
from app.jobs.runner import Runner
from app.jobs.service import JobService
from app.jobs.workers import Caretaker, Identity, this_process
from tests.jobs.conftest import Yard

HERE = this_process()
ME = Identity("m", HERE.host, HERE.pid, HERE.started_at)


@dataclass
class Clock:
    """The monotonic clock, in our hands."""

    s: float = 1000.0

    def monotonic(self) -> float:
        return self.s


@dataclass
class FakeEngine:
    """An engine whose pending attempts the test decides."""

    attempts: list[Workflow] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)

    def pending(self) -> list[Workflow]:
        return self.attempts

    def find(self, ids: list[str]) -> dict[str, Workflow]:
        return {attempt.id: attempt for attempt in self.attempts if attempt.id in ids}

    def resume(self, attempt: str) -> None:
        self.resumed.append(attempt)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(workers, "time", clock)
    return clock


def known(yard: Yard, id: str, *, host: str = "elsewhere", pid: int = 1, age_s: float = 0) -> None:
    beat = now() - timedelta(seconds=age_s)
    worker = Worker(executor_id=id, host=host, pid=pid, heartbeat_at=beat, started_at=beat)
    yard.do(lambda session: WorkerRepository(session).beat(worker))


def as_caretaker(yard: Yard, engine: FakeEngine | Engine, act: Callable[[Caretaker], Awaitable[None]]) -> None:
    async def run() -> None:
        database = AsyncDatabase(yard.settings.database_url, {})
        runner = Runner(yard.settings, Ledger(database), ME.executor_id)
        caretaker = Caretaker(ME, engine, runner)  # type: ignore[arg-type]
        caretaker._reconciled_at = float("inf")
        try:
            await caretaker.beat()
            await act(caretaker)
        finally:
            await database.close()

    asyncio.run(run())


def pending(*executors: str) -> FakeEngine:
    return FakeEngine([Workflow(f"job-of-{executor}", "PENDING", executor) for executor in executors])


def test_an_attempt_of_a_worker_nobody_knows_is_taken_over(yard: Yard) -> None:
    engine = pending("x")

    as_caretaker(yard, engine, Caretaker.look_around)

    assert engine.resumed == ["job-of-x"]


def test_a_worker_whose_process_is_gone_from_this_host_is_dead_at_once(yard: Yard) -> None:
    known(yard, "x", host=ME.host, pid=2**22 + 1)
    engine = pending("x")

    as_caretaker(yard, engine, Caretaker.look_around)

    assert engine.resumed == ["job-of-x"]


def test_a_living_worker_keeps_its_jobs(yard: Yard) -> None:
    known(yard, "x", host=ME.host, pid=ME.pid)
    known(yard, "y")
    engine = pending("x", "y")

    as_caretaker(yard, engine, Caretaker.look_around)

    assert engine.resumed == []


def test_a_worker_silent_for_twenty_seconds_is_dead(yard: Yard, clock: Clock) -> None:
    known(yard, "x")
    engine = pending("x")
    resumed_by = []

    async def look(caretaker: Caretaker) -> None:
        for _ in range(3):
            await caretaker.look_around()
            resumed_by.append(list(engine.resumed))
            clock.s += 10.5

    as_caretaker(yard, engine, look)

    assert resumed_by == [[], [], ["job-of-x"]]


def test_a_worker_with_a_wrong_clock_is_not_dead_while_it_beats(yard: Yard, clock: Clock) -> None:
    engine = pending("x")

    async def look(caretaker: Caretaker) -> None:
        for beat in range(4):
            await asyncio.to_thread(known, yard, "x", age_s=3600 - beat)
            await caretaker.look_around()
            clock.s += 15

    as_caretaker(yard, engine, look)

    assert engine.resumed == []


def test_only_the_living_worker_with_the_lowest_id_acts_for_the_dead(yard: Yard) -> None:
    known(yard, "a")
    engine = pending("x")

    as_caretaker(yard, engine, Caretaker.look_around)

    assert engine.resumed == []


def test_an_attempt_somebody_took_meanwhile_is_left_alone(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = pending("x")
    taken = Workflow("job-of-x", "PENDING", "y")
    monkeypatch.setattr(engine, "find", lambda ids: {taken.id: taken})

    as_caretaker(yard, engine, Caretaker.look_around)

    assert engine.resumed == []


def test_a_worker_that_begins_while_others_look_keeps_its_first_job(yard: Yard) -> None:
    class Beginning(FakeEngine):
        def pending(self) -> list[Workflow]:
            known(yard, "x")
            return super().pending()

    engine = Beginning(pending("x").attempts)

    as_caretaker(yard, engine, Caretaker.look_around)

    assert engine.resumed == []


def test_an_attempt_given_to_us_that_does_not_run_goes_back(yard: Yard, clock: Clock) -> None:
    engine = pending(ME.executor_id)

    async def look(caretaker: Caretaker) -> None:
        await caretaker.look_around()
        clock.s += 21
        await caretaker.look_around()

    as_caretaker(yard, engine, look)

    assert engine.resumed == [f"job-of-{ME.executor_id}"]


def test_a_worker_that_leaves_hands_back_and_is_forgotten(yard: Yard) -> None:
    engine = pending(ME.executor_id, "x")

    as_caretaker(yard, engine, Caretaker.hand_back_all)

    assert engine.resumed == [f"job-of-{ME.executor_id}"]
    assert yard.do(lambda session: WorkerRepository(session).roster()) == []


def test_workers_silent_for_a_day_are_forgotten(yard: Yard) -> None:
    known(yard, "old", age_s=90_000)
    known(yard, "x")

    assert [worker.executor_id for worker in yard.do(lambda session: WorkerRepository(session).roster())] == ["x"]


def test_a_queued_job_the_engine_does_not_know_is_enqueued(yard: Yard) -> None:
    job = yard.enqueue()
    forget(yard, job)

    as_caretaker(yard, Engine(yard.settings, ME.executor_id), Caretaker.reconcile)

    found = yard.workflow(job)
    assert found is not None and found.status == "ENQUEUED"


def test_a_job_whose_attempt_the_engine_ended_is_closed_with_words(yard: Yard) -> None:
    ended = []
    on_finished("trio")(lambda session, job: ended.append(job.id))
    job = yard.enqueue()
    yard.do(claims.begin, yard.take(job), "one")
    end_in_engine(yard, job)

    as_caretaker(yard, Engine(yard.settings, ME.executor_id), Caretaker.reconcile)

    assert yard.job(job).status == JobStatus.FAILED
    assert yard.job(job).error_message == workers.ENDED_WORDS
    assert ended == [job.id]


def test_a_job_that_is_at_work_is_left_alone(yard: Yard) -> None:
    job = yard.enqueue()
    yard.take(job)

    as_caretaker(yard, Engine(yard.settings, ME.executor_id), Caretaker.reconcile)

    assert yard.job(job).status == JobStatus.RUNNING


def test_ended_attempts_are_forgotten_after_a_week_and_their_jobs_are_not(yard: Yard) -> None:
    job, waiting = yard.enqueue(), yard.enqueue()
    yard.ask(JobService.cancel, job)
    engine = Engine(yard.settings, ME.executor_id)

    early = engine.forget_ended(now() - timedelta(days=7))
    late = engine.forget_ended(now() + timedelta(minutes=1))

    assert (early, late) == (0, 1)
    assert yard.workflow(job) is None
    assert yard.workflow(waiting) is not None
    assert yard.job(job).status == JobStatus.CANCELLED


def forget(yard: Yard, job: Job) -> None:
    """Let the engine lose the attempt, as a crash between two databases does."""
    yard.engine_client().delete_workflow(workflow_id(job.public_id, job.attempt))


def end_in_engine(yard: Yard, job: Job) -> None:
    """Let the attempt end in the engine alone."""
    yard.engine_client().cancel_workflow(workflow_id(job.public_id, job.attempt))
