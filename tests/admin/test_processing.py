"""Admin › Processing: the queue and its order, paused and started, and who works on it."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core.chores import Done, _keep
from app.core.clock import now
from app.core.db import db, transaction
from app.jobs import engine
from app.jobs.models import Job, JobStatus, Worker
from app.jobs.service import job_service
from app.processing import sandbox
from tests.visitors import Company, Visitor, counted


@pytest.fixture
def admin(company: Company) -> Visitor:
    return company.as_("admin")


def ask_for(company: Company, name: str) -> UUID:
    """Put a job into the queue."""
    with transaction() as session:
        return job_service(session).enqueue("demo", project_id=company.project.id, name=name).public_id


def page(admin: Visitor) -> str:
    return admin.get("/admin/processing").get_data(as_text=True)


def job(id: UUID) -> Job:
    return db.session.query(Job).filter_by(public_id=id).one()


def test_what_waits_is_shown_in_the_order_it_will_start(company: Company, admin: Visitor) -> None:
    for name in ("First asked", "Then asked"):
        ask_for(company, name)

    text = page(admin)

    assert text.index("First asked") < text.index("Then asked")
    assert "No worker is running" in text


def test_a_waiting_job_is_made_next_and_the_engine_knows(company: Company, admin: Visitor) -> None:
    ids = [ask_for(company, name) for name in ("First asked", "Then asked")]

    answer = admin.post(f"/admin/processing/jobs/{ids[1]}/first")
    text = page(admin)

    assert answer.status_code == 303
    assert text.index("Then asked") < text.index("First asked")
    hurried = job(ids[1])
    client = engine._client(engine._place(db.session()))
    queued = {each.workflow_id: each.priority for each in client.list_queued_workflows()}
    assert queued[f"{hurried.public_id}.{hurried.attempt}"] == hurried.priority == 99
    assert f"{hurried.public_id}.1" not in queued


def test_one_after_another_the_last_hurried_is_first(company: Company, admin: Visitor) -> None:
    ids = [ask_for(company, name) for name in ("One", "Two", "Three")]
    for id in (ids[1], ids[2]):
        admin.post(f"/admin/processing/jobs/{id}/first")

    assert job(ids[2]).priority < job(ids[1]).priority < job(ids[0]).priority


def test_a_job_that_does_not_wait_cannot_be_made_next(company: Company, admin: Visitor) -> None:
    id = ask_for(company, "Runs already")
    with transaction():
        job(id).status = JobStatus.RUNNING

    assert admin.post(f"/admin/processing/jobs/{id}/first").status_code == 409
    assert admin.post("/admin/processing/jobs/00000000-0000-4000-8000-000000000000/first").status_code == 404


def test_the_queue_is_paused_and_started_again(company: Company, admin: Visitor) -> None:
    ask_for(company, "Waits")

    assert admin.post("/admin/processing/pause").status_code == 303
    paused = page(admin)
    assert admin.swap("/admin/processing/resume").status_code == 204

    assert "The queue is paused" in paused and "/admin/processing/resume" in paused
    assert "/admin/processing/pause" in page(admin)


def test_workers_are_shown_with_their_last_sign_of_life(admin: Visitor) -> None:
    with transaction() as session:
        for name, silent in (("engine-room", timedelta()), ("boat-house", timedelta(hours=2))):
            session.add(
                Worker(executor_id=name, host=name, pid=7, heartbeat_at=now() - silent, started_at=now() - silent)
            )

    text = page(admin)

    assert "engine-room" in text and "Works" in text
    assert "boat-house" in text and "Silent" in text


def test_chores_are_shown_with_what_came_of_them(admin: Visitor) -> None:
    with transaction() as session:
        _keep(session, "sweep files", Done(now(), "3 files removed.", True))
        _keep(session, "seal the audit log", Done(now(), "It failed.", False))

    text = page(admin)

    assert "Sweep files" in text and "3 files removed." in text
    assert "Seal the audit log" in text and "Failed" in text


def test_models_that_are_not_here_say_how_to_get_them(admin: Visitor) -> None:
    assert "flask models install" in page(admin)


def test_the_box_is_tried_and_says_what_came_of_it(admin: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "status", lambda: {"complete": True, "sentence": "Every way out is shut."})

    assert "Every way out is shut." in admin.post("/admin/processing/box").get_data(as_text=True)


def test_it_asks_the_same_of_a_longer_queue(company: Company, admin: Visitor) -> None:
    ask_for(company, "One")
    page(admin)
    with counted() as few:
        page(admin)
    for number in range(20):
        ask_for(company, f"More {number}")

    with counted() as many:
        page(admin)

    assert len(many) == len(few)


@pytest.mark.parametrize("path", ["pause", "resume", "box"])
def test_for_others_it_is_not_there(company: Company, path: str) -> None:
    assert company.as_("owner").post(f"/admin/processing/{path}").status_code == 404
    assert company.as_("owner").get("/admin/processing").status_code == 404
    assert Visitor(company.app).post(f"/admin/processing/{path}").status_code == 303
