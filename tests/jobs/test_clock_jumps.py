"""Jobs under a clock that jumps: none is lost or doubled, and they run in the order they were asked for."""

from datetime import datetime, timedelta, tzinfo

import pytest

from app.core import clock
from app.jobs.models import Job, JobStatus
from app.jobs.repository import JobRepository
from app.jobs.service import JobService
from tests.jobs.conftest import Yard

JUMPS = [timedelta(days=3653), timedelta(0), timedelta(days=-400), timedelta(hours=1), timedelta(hours=-1)]


def set_off(monkeypatch: pytest.MonkeyPatch, difference: timedelta) -> None:
    """Set the clock of the whole house so far off."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + difference

    monkeypatch.setattr(clock, "datetime", Shifted)


def test_jobs_run_in_the_order_they_were_asked_for_whatever_the_clock_said(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for jump in JUMPS:
        set_off(monkeypatch, jump)
        asked.append(yard.enqueue().id)

    active = yard.do(lambda session: JobRepository(session).active_for_project(1))

    assert [job.id for job in active] == asked == sorted(asked)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_job_asked_for_twice_across_a_jump_is_one(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    job = yard.enqueue(idempotency_key="ingest:7")

    set_off(monkeypatch, jump)

    assert yard.enqueue(idempotency_key="ingest:7").id == job.id
    assert [each.id for each in yard.do(lambda session: JobRepository(session).active_for_project(1))] == [job.id]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_job_that_ended_stays_ended_after_a_jump(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    job = yard.enqueue()
    yard.ask(JobService.cancel, job)

    set_off(monkeypatch, jump)

    assert yard.do(lambda session: JobRepository(session).active_for_project(1)) == []
    assert yard.do(lambda session: session.get_one(Job, job.id).status) is JobStatus.CANCELLED
