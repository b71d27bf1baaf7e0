"""Jobs are found by what they are about, in lists that page, and never take clips with them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import session_scope
from app.jobs import claims
from app.jobs.failures import Failure
from app.jobs.models import Job, JobStage, JobStatus, JobTab, ProcessingLog
from app.jobs.repository import JobRepository
from app.jobs.service import JobService
from tests.jobs.conftest import Yard


def test_the_latest_job_of_each_media_is_found(yard: Yard) -> None:
    yard.enqueue(media_id=7)
    newest, other = yard.enqueue(media_id=7), yard.enqueue(media_id=8)

    found = yard.do(lambda session: JobRepository(session).latest_for_many([7, 8, 9]))

    assert {media_id: job.id for media_id, job in found.items()} == {7: newest.id, 8: other.id}


def test_a_media_without_jobs_has_no_latest_one(yard: Yard) -> None:
    assert yard.do(lambda session: JobRepository(session).latest_for_media(7)) is None


def test_the_active_jobs_of_a_project_come_in_the_order_they_run(yard: Yard) -> None:
    late, soon = yard.enqueue(priority=200), yard.enqueue(priority=5)
    ended, _elsewhere = yard.enqueue(), yard.enqueue(project_id=2)
    yard.ask(JobService.cancel, ended)

    active = yard.do(lambda session: JobRepository(session).active_for_project(1))

    assert [job.id for job in active] == [soon.id, late.id]


def test_a_running_job_without_news_for_two_minutes_is_stalled(yard: Yard) -> None:
    fresh, silent = yard.enqueue(), yard.enqueue()
    yard.take(fresh)
    yard.take(silent)
    yard.do(lambda session: setattr(session.get_one(Job, silent.id), "heartbeat_at", now() - timedelta(minutes=3)))

    stalled = yard.do(lambda session: JobRepository(session).stalled())

    assert [job.id for job in stalled] == [silent.id]


def test_lists_hold_what_a_viewer_may_see(yard: Yard) -> None:
    mine, other = yard.enqueue(project_id=1), yard.enqueue(project_id=2)
    nobodys = yard.enqueue(project_id=None)

    def waiting(project_ids: list[int] | None) -> list[int]:
        page = yard.do(lambda session: JobRepository(session).find_by_tab(JobTab.WAITING, project_ids))
        return [job.id for job in page.items]

    assert waiting([1]) == [mine.id]
    assert waiting([]) == []
    assert waiting(None) == [nobodys.id, other.id, mine.id]


def test_lists_page_by_key(yard: Yard) -> None:
    ids = [yard.enqueue().id for _ in range(5)]

    with session_scope() as session:
        jobs = JobRepository(session)
        first = jobs.find_by_tab(JobTab.WAITING, [1], limit=2)
        second = jobs.find_by_tab(JobTab.WAITING, [1], after=first.next_after, limit=2)
        last = jobs.find_by_tab(JobTab.WAITING, [1], after=second.next_after, limit=2)

    assert [job.id for page in (first, second, last) for job in page.items] == ids[::-1]
    assert last.next_after is None


@pytest.mark.parametrize(
    ("tab", "expected"), [(JobTab.WAITING, 1), (JobTab.RUNNING, 1), (JobTab.DONE, 1), (JobTab.FAILED, 1)]
)
def test_every_list_is_counted(yard: Yard, tab: JobTab, expected: int) -> None:
    one_of_each(yard)

    assert yard.do(lambda session: JobRepository(session).count_by_tab([1]))[tab] == expected


def test_dismissed_jobs_are_in_no_list(yard: Yard) -> None:
    failed = one_of_each(yard)

    yard.ask(JobService.dismiss, failed)

    assert yard.do(lambda session: JobRepository(session).count_by_tab(None))[JobTab.FAILED] == 0
    assert yard.do(lambda session: JobRepository(session).failed_for_project(1)) == []


def test_the_log_gives_its_newest_lines_oldest_first(yard: Yard) -> None:
    job = yard.enqueue()
    claim = yard.take(job)
    for number in range(5):
        yard.do(claims.write_log, claim, "one", "info", f"line {number}")

    lines = yard.do(lambda session: JobRepository(session).log(job.id, limit=2))

    assert [line.message for line in lines] == ["line 3", "line 4"]
    assert yard.do(lambda session: JobRepository(session).log(job.id, after_id=lines[-1].id)) == []


def test_stages_of_many_jobs_are_read_at_once(yard: Yard) -> None:
    first, second = yard.enqueue(), yard.enqueue()

    found = yard.do(lambda session: JobRepository(session).stages_for_many([first.id, second.id]))

    assert [stage.name for stage in found[second.id]] == ["one", "two", "three"]


def test_deleting_a_job_takes_its_stages_and_log_and_nothing_else(yard: Yard) -> None:
    job = yard.enqueue(clip_id=3)
    yard.do(claims.write_log, yard.take(job), "one", "info", "a line")

    yard.do(lambda session: JobRepository(session).delete(job.id))

    left = yard.do(lambda session: [session.scalar(sa.select(sa.func.count(t.id))) for t in (JobStage, ProcessingLog)])
    assert left == [0, 0]
    owned = {
        f"{table.name}.{key.parent.name}"
        for table in Job.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "jobs.id" and key.ondelete == "CASCADE"
    }
    assert owned == {"job_stages.job_id", "processing_logs.job_id"}


def one_of_each(yard: Yard) -> Job:
    """Leave a job in each list, and return the failed one."""
    yard.enqueue()
    yard.take(yard.enqueue())
    yard.ask(JobService.cancel, yard.enqueue())
    failed = yard.enqueue()
    claim = yard.take(failed)
    yard.do(claims.begin, claim, "one")
    yard.do(claims.fail, claim, "one", Failure("No."))
    assert yard.job(failed).status == JobStatus.FAILED
    return failed
