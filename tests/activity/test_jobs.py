"""The pages of jobs: the four lists, one job with its stages and log, retry, cancel and dismiss."""

import re
from typing import Any

import pytest

from app.core.clock import now
from app.core.db import reading, transaction
from app.jobs.models import Job, JobStage, JobStatus, ProcessingLog, StageStatus, Worker
from app.jobs.service import NO_WORKER
from app.media.service import media_service
from tests.factories import make_media, make_project
from tests.visitors import Company, Visitor, counted, own

REASON = "The index is damaged. Copy the file again."


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def enqueue(company: Company, title: str = "Harbour", **changes: Any) -> Job:
    media = make_media(company.project, title=title)
    with transaction() as session:
        job = media_service(session).start(session.merge(media), "ingest", company.editor.id)
        for name, value in changes.items():
            setattr(job, name, value)
        return job


def fail(company: Company) -> Job:
    job = enqueue(company, status=JobStatus.FAILED, error_message=REASON, completed_at=now(), started_at=now())
    with transaction() as session:
        stage = session.query(JobStage).filter(JobStage.job_id == job.id, JobStage.name == "probe").one()
        stage.status, stage.message = StageStatus.FAILED, REASON
        line = {"job_id": job.id, "stage": "probe", "status": "failed", "level": "error", "message": "no index"}
        session.add(ProcessingLog(**line, error_details={"log_tail": "moov atom <not> found"}))
    return job


def status_of(job: Job) -> tuple[JobStatus, int]:
    with transaction() as session:
        fresh = session.get_one(Job, job.id, populate_existing=True)
        return fresh.status, fresh.attempt


@pytest.mark.parametrize(
    ("status", "tab", "words"),
    [
        (JobStatus.QUEUED, "waiting", "No worker is running"),
        (JobStatus.RUNNING, "running", "Starting"),
        (JobStatus.FAILED, "failed", "No reason was kept"),
        (JobStatus.COMPLETED, "done", "Done"),
        (JobStatus.CANCELLED, "done", "Cancelled"),
    ],
)
def test_each_job_is_on_the_list_of_where_it_stands(
    editor: Visitor, company: Company, status: JobStatus, tab: str, words: str
) -> None:
    enqueue(company, status=status)

    for each in ("failed", "running", "waiting", "done"):
        text = editor.get(f"/jobs?state={each}").get_data(as_text=True)
        assert ("Take in: Harbour" in text) is (each == tab)
        assert each != tab or words in text


def test_the_jobs_page_opens_at_the_list_that_has_something_to_say(editor: Visitor, company: Company) -> None:
    def opened() -> str:
        text = editor.get("/jobs").get_data(as_text=True)
        return re.search(r'href="/jobs\?state=(\w+)" aria-current=page', text).group(1)  # type: ignore[union-attr]

    assert opened() == "done"
    fail(company)
    assert opened() == "failed"
    enqueue(company, status=JobStatus.RUNNING)
    assert opened() == "running"


def test_the_lists_show_the_jobs_of_my_projects_alone(company: Company) -> None:
    enqueue(company)

    assert "Harbour" in company.as_("viewer").get("/jobs?state=waiting").get_data(as_text=True)
    assert "Harbour" not in company.as_("outsider").get("/jobs?state=waiting").get_data(as_text=True)
    assert "Harbour" in company.as_("admin").get("/jobs?state=waiting").get_data(as_text=True)


def test_the_lists_can_be_of_one_project(editor: Visitor, company: Company) -> None:
    enqueue(company)
    other = make_project(company.editor)

    ours = f"/jobs?state=waiting&project={company.project.slug}"
    assert "Harbour" in editor.get(ours).get_data(as_text=True)
    assert "Harbour" not in editor.get(f"/jobs?state=waiting&project={other.slug}").get_data(as_text=True)
    assert company.as_("outsider").get(ours).status_code == 404


def test_a_list_that_runs_asks_again_for_its_rows_alone(editor: Visitor, company: Company) -> None:
    enqueue(company, status=JobStatus.RUNNING, progress=40, current_stage="proxy")

    page = editor.get("/jobs?state=running").get_data(as_text=True)
    rows = editor.piece("/jobs?state=running&rows=1").get_data(as_text=True)

    assert 'hx-get="/jobs?state=running&amp;rows=1"' in page
    assert "<html" not in rows
    assert "40%" in rows
    assert '<meta http-equiv="refresh"' in page


def test_the_list_is_paged(editor: Visitor, company: Company) -> None:
    for number in range(53):
        enqueue(company, f"Recording number {number:02}")
    address, seen = "/jobs?state=waiting", []

    for _ in range(3):
        text = editor.get(address).get_data(as_text=True)
        seen += re.findall(r"Take in: (Recording number \d\d)<", text)
        following = re.search(r'href="([^"]*)" rel="next"', text)
        if following is None:
            break
        address = "/jobs" + following.group(1).replace("&amp;", "&")

    assert sorted(seen) == [f"Recording number {number:02}" for number in range(53)]


def test_the_list_costs_the_same_whatever_its_length(editor: Visitor, company: Company) -> None:
    def cost() -> int:
        with counted() as statements:
            editor.get("/jobs?state=done")
        return len(own(statements))

    enqueue(company, status=JobStatus.COMPLETED)
    one = cost()
    for _ in range(20):
        enqueue(company, status=JobStatus.COMPLETED)

    assert cost() == one <= 6


def test_a_waiting_list_costs_the_same_whatever_its_length(editor: Visitor, company: Company) -> None:
    def cost() -> int:
        with counted() as statements:
            editor.get("/jobs?state=waiting")
        return len(own(statements))

    with transaction() as session:
        session.add(Worker(executor_id="one", host="here", pid=1, heartbeat_at=now(), started_at=now()))
    enqueue(company)
    one = cost()
    for _ in range(20):
        enqueue(company)

    assert cost() == one <= 6
    assert "12th in line" in editor.get("/jobs?state=waiting").get_data(as_text=True)


def test_a_job_tells_its_stages_its_reason_and_the_end_of_its_log(editor: Visitor, company: Company) -> None:
    job = fail(company)

    text = editor.get(f"/jobs/{job.public_id}").get_data(as_text=True)

    assert "Why it failed" in text
    assert REASON in text
    assert "moov atom &lt;not&gt; found" in text
    assert text.index("Measuring") < text.index("Making pictures") < text.index("Looking for scenes")
    assert f"Asked for by {company.editor.display_name}" in text


def test_the_status_is_the_part_that_changes(editor: Visitor, company: Company) -> None:
    job = enqueue(company, status=JobStatus.RUNNING, progress=10)

    text = editor.piece(f"/jobs/{job.public_id}/status").get_data(as_text=True)

    assert "<html" not in text
    assert f'hx-get="/jobs/{job.public_id}/status"' in text


def test_a_viewer_sees_a_job_but_finds_no_buttons(company: Company) -> None:
    job = fail(company)

    text = company.as_("viewer").get(f"/jobs/{job.public_id}").get_data(as_text=True)

    assert REASON in text
    assert "/retry" not in text


@pytest.mark.parametrize("asker", ["plain", "htmx"])
def test_a_failed_job_is_tried_again(editor: Visitor, company: Company, asker: str) -> None:
    job = fail(company)
    send = editor.post if asker == "plain" else editor.swap

    answer = send(f"/jobs/{job.public_id}/retry", {"next": f"/p/{company.project.slug}"})

    assert status_of(job) == (JobStatus.QUEUED, 2)
    leads = answer.location if asker == "plain" else answer.headers["HX-Redirect"]
    assert leads == f"/p/{company.project.slug}"


def test_a_retry_never_leads_elsewhere(editor: Visitor, company: Company) -> None:
    job = fail(company)

    answer = editor.post(f"/jobs/{job.public_id}/retry", {"next": "https://evil.example"})

    assert answer.location == f"/jobs/{job.public_id}"


def test_a_job_at_work_cannot_be_tried_again_or_put_away(editor: Visitor, company: Company) -> None:
    job = enqueue(company)

    for act in ("retry", "dismiss"):
        answer = editor.post(f"/jobs/{job.public_id}/{act}")
        assert answer.status_code == 409
        assert "still at work" in answer.get_data(as_text=True)
    assert status_of(job) == (JobStatus.QUEUED, 1)


def test_a_retry_from_a_stage_that_is_none_is_refused(editor: Visitor, company: Company) -> None:
    job = fail(company)

    answer = editor.post(f"/jobs/{job.public_id}/retry", {"stage": "nonsense"})

    assert answer.status_code == 422
    assert status_of(job) == (JobStatus.FAILED, 1)


def test_a_waiting_job_is_cancelled_at_once(editor: Visitor, company: Company) -> None:
    job = enqueue(company)

    answer = editor.post(f"/jobs/{job.public_id}/cancel")

    assert answer.status_code == 303
    assert status_of(job)[0] is JobStatus.CANCELLED
    assert editor.post(f"/jobs/{job.public_id}/cancel").status_code == 409


def test_a_dismissed_failure_leaves_the_list_but_keeps_its_page(editor: Visitor, company: Company) -> None:
    job = fail(company)

    editor.post(f"/jobs/{job.public_id}/dismiss")

    assert "Harbour" not in editor.get("/jobs?state=failed").get_data(as_text=True)
    assert REASON in editor.get(f"/jobs/{job.public_id}").get_data(as_text=True)


def test_a_job_of_a_deleted_recording_still_has_its_page(editor: Visitor, company: Company) -> None:
    job = fail(company)
    with transaction() as session:
        service = media_service(session)
        service.delete(service.media.get(job.media_id or 0))  # type: ignore[arg-type]

    answer = editor.get(f"/jobs/{job.public_id}")

    assert answer.status_code == 200
    assert "Open the recording" not in answer.get_data(as_text=True)


def test_a_waiting_job_tells_why_it_waits(editor: Visitor, company: Company) -> None:
    job = enqueue(company)

    text = editor.get(f"/jobs/{job.public_id}").get_data(as_text=True)

    assert "Why it waits:" in text and NO_WORKER in text


def test_a_job_that_was_tried_twice_tells_of_both(editor: Visitor, company: Company) -> None:
    job = fail(company)
    with transaction() as session:
        again = session.get_one(Job, job.id)
        again.attempt = 2
        for attempt, level, message in ((1, "error", "The disk was full."), (2, "error", "The index is damaged.")):
            line = {"level": level, "message": message, "attempt": attempt, "status": "running"}
            session.add(ProcessingLog(job_id=job.id, **line))

    text = editor.get(f"/jobs/{job.public_id}").get_data(as_text=True)

    assert "Try 1" in text and "The disk was full." in text and "Try 2" in text


def test_it_is_done_again_from_a_stage_that_is_named(editor: Visitor, company: Company) -> None:
    job = fail(company)
    page = editor.get(f"/jobs/{job.public_id}").get_data(as_text=True)
    assert "Do again from here" in page
    assert "Do again from here" not in company.as_("viewer").get(f"/jobs/{job.public_id}").get_data(as_text=True)

    editor.post(f"/jobs/{job.public_id}/retry", {"stage": "probe"})

    with reading() as session:
        assert session.get_one(Job, job.id).status is JobStatus.QUEUED
