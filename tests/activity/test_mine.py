"""The number in the bar: my jobs at work, and what became of them, told once on whatever page I am."""

import pytest

from app.core.clock import now
from app.core.db import transaction
from app.jobs.models import Job, JobStatus
from app.media.service import media_service
from tests.factories import make_media
from tests.visitors import Company, Visitor


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def start(company: Company) -> Job:
    media = make_media(company.project, title="Harbour")
    with transaction() as session:
        return media_service(session).start(session.merge(media), "ingest", company.editor.id)


def end(job: Job, status: JobStatus) -> None:
    with transaction() as session:
        row = session.get_one(Job, job.id)
        row.status, row.completed_at, row.error_message = status, now(), "The index is damaged."


def poll(visitor: Visitor) -> str:
    return visitor.piece("/jobs/mine").get_data(as_text=True)


def test_the_bar_counts_my_jobs_and_not_those_of_others(editor: Visitor, company: Company) -> None:
    start(company)

    assert '1<span class="sr"> running' in poll(editor)
    assert '0<span class="sr"> running' in poll(company.as_("owner"))


@pytest.mark.parametrize(
    ("status", "words"), [(JobStatus.COMPLETED, "“Harbour” is ready"), (JobStatus.FAILED, "“Harbour” failed")]
)
def test_what_ended_is_told_once(editor: Visitor, company: Company, status: JobStatus, words: str) -> None:
    job = start(company)
    poll(editor)
    end(job, status)

    assert words in poll(editor)
    assert words not in poll(editor)


def test_a_cancelled_job_needs_no_telling(editor: Visitor, company: Company) -> None:
    job = start(company)
    poll(editor)
    end(job, JobStatus.CANCELLED)

    assert "Harbour" not in poll(editor)


def test_the_bar_asks_again_only_while_something_runs(editor: Visitor, company: Company) -> None:
    job = start(company)
    assert "data-live=running" in poll(editor)

    end(job, JobStatus.COMPLETED)

    assert "data-live=running" not in poll(editor)
