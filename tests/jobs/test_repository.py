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
from tests.jobs.conftest import House


def test_the_latest_job_of_each_media_is_found(house: House) -> None:
    house.enqueue(media_id=7)
    newest, other = house.enqueue(media_id=7), house.enqueue(media_id=8)

    found = house.do(lambda session: JobRepository(session).latest_for_many([7, 8, 9]))

    assert {media_id: job.id for media_id, job in found.items()} == {7: newest.id, 8: other.id}


def test_a_media_without_jobs_has_no_latest_one(house: House) -> None:
    assert house.do(lambda session: JobRepository(session).latest_for_media(7)) is None


def test_the_active_jobs_of_a_project_come_in_the_order_they_run(house: House) -> None:
    late, soon = house.enqueue(priority=200), house.enqueue(priority=5)
    ended, _elsewhere = house.enqueue(), house.enqueue(project_id=2)
    house.ask(JobService.cancel, ended)

    active = house.do(lambda session: JobRepository(session).active_for_project(1))

    assert [job.id for job in active] == [soon.id, late.id]


def test_a_running_job_without_news_for_two_minutes_is_stalled(house: House) -> None:
    fresh, silent = house.enqueue(), house.enqueue()
    house.take(fresh)
    house.take(silent)
    house.do(lambda session: setattr(session.get_one(Job, silent.id), "heartbeat_at", now() - timedelta(minutes=3)))

    stalled = house.do(lambda session: JobRepository(session).stalled())

    assert [job.id for job in stalled] == [silent.id]


def test_lists_hold_what_a_viewer_may_see(house: House) -> None:
    mine, other = house.enqueue(project_id=1), house.enqueue(project_id=2)
    nobodys = house.enqueue(project_id=None)

    def waiting(project_ids: list[int] | None) -> list[int]:
        page = house.do(lambda session: JobRepository(session).find_by_tab(JobTab.WAITING, project_ids))
        return [job.id for job in page.items]

    assert waiting([1]) == [mine.id]
    assert waiting([]) == []
    assert waiting(None) == [nobodys.id, other.id, mine.id]


def test_lists_page_by_key(house: House) -> None:
    ids = [house.enqueue().id for _ in range(5)]

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
def test_every_list_is_counted(house: House, tab: JobTab, expected: int) -> None:
    one_of_each(house)

    assert house.do(lambda session: JobRepository(session).count_by_tab([1]))[tab] == expected


def test_dismissed_jobs_are_in_no_list(house: House) -> None:
    failed = one_of_each(house)

    house.ask(JobService.dismiss, failed)

    assert house.do(lambda session: JobRepository(session).count_by_tab(None))[JobTab.FAILED] == 0
    assert house.do(lambda session: JobRepository(session).failed_for_project(1)) == []


def test_the_log_gives_its_newest_lines_oldest_first(house: House) -> None:
    job = house.enqueue()
    claim = house.take(job)
    for number in range(5):
        house.do(claims.write_log, claim, "one", "info", f"line {number}")

    lines = house.do(lambda session: JobRepository(session).log(job.id, limit=2))

    assert [line.message for line in lines] == ["line 3", "line 4"]
    assert house.do(lambda session: JobRepository(session).log(job.id, after_id=lines[-1].id)) == []


def test_stages_of_many_jobs_are_read_at_once(house: House) -> None:
    first, second = house.enqueue(), house.enqueue()

    found = house.do(lambda session: JobRepository(session).stages_for_many([first.id, second.id]))

    assert [stage.name for stage in found[second.id]] == ["one", "two", "three"]


def test_deleting_a_job_takes_its_stages_and_log_and_nothing_else(house: House) -> None:
    job = house.enqueue(clip_id=3)
    house.do(claims.write_log, house.take(job), "one", "info", "a line")

    house.do(lambda session: JobRepository(session).delete(job.id))

    left = house.do(lambda session: [session.scalar(sa.select(sa.func.count(t.id))) for t in (JobStage, ProcessingLog)])
    assert left == [0, 0]
    owned = {
        f"{table.name}.{key.parent.name}"
        for table in Job.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "jobs.id" and key.ondelete == "CASCADE"
    }
    assert owned == {"job_stages.job_id", "processing_logs.job_id"}


def one_of_each(house: House) -> Job:
    """Leave a job in each list, and return the failed one."""
    house.enqueue()
    house.take(house.enqueue())
    house.ask(JobService.cancel, house.enqueue())
    failed = house.enqueue()
    claim = house.take(failed)
    house.do(claims.begin, claim, "one")
    house.do(claims.fail, claim, "one", Failure("No."))
    assert house.job(failed).status == JobStatus.FAILED
    return failed
