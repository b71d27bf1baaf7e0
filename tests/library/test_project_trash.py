"""Deleting a whole project: asked for by name, brought back with everything, and gone for good after its days."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditAction, AuditLog
from app.core.clock import now
from app.core.db import reading, transaction
from app.core.storage import LocalStorage
from app.jobs.models import Job, JobStatus
from app.media.models import Media
from app.media.purge import empty
from app.media.service import media_service
from app.media.sweeper import sweep
from app.projects.models import Project, ProjectMember
from app.tags.models import Tag
from tests.factories import make_clip, make_media, make_media_of
from tests.visitors import Company, Visitor

AFTER_THE_DAYS = timedelta(days=31)


@pytest.fixture
def media(company: Company) -> Media:
    made = make_media(company.project, title="Keel")
    make_clip(company.editor, made, title="Keel laid")
    return made


@pytest.fixture
def owner(company: Company) -> Visitor:
    return company.as_("owner")


def delete(company: Company, name: str | None = None) -> str:
    """Delete the project as its owner; return the answer's page."""
    typed = company.project.name if name is None else name
    answer = company.as_("owner").post(f"/p/{company.project.slug}/delete", {"name": typed})
    return f"{answer.status_code} {answer.get_data(as_text=True)}"


def test_the_page_counts_what_goes(company: Company, owner: Visitor, media: Media) -> None:
    page = owner.get(f"/p/{company.project.slug}/delete").get_data(as_text=True)

    assert f"Delete “{company.project.name}”?" in page
    assert "1 recording" in page and "1 clip," in page
    assert "30 days" in page


def test_a_wrong_name_deletes_nothing(company: Company, owner: Visitor, media: Media) -> None:
    answer = delete(company, "Keel & sons")

    assert answer.startswith("422") and "Type the name as it is written" in answer and "Keel &amp; sons" in answer
    assert owner.get(f"/m/{media.public_id}").status_code == 200


@pytest.mark.parametrize("role", ["viewer", "editor", "outsider"])
def test_only_owners_delete(company: Company, role: str) -> None:
    answer = company.as_(role).post(f"/p/{company.project.slug}/delete", {"name": company.project.name})

    assert answer.status_code == (404 if role == "outsider" else 403)


def test_nothing_in_a_deleted_project_is_reached(company: Company, owner: Visitor, media: Media) -> None:
    assert delete(company).startswith("303")

    places = [f"/p/{company.project.slug}", f"/m/{media.public_id}", f"/p/{company.project.slug}/members"]
    for visitor in (owner, company.as_("admin")):
        assert [visitor.get(place).status_code for place in places] == [404, 404, 404]
        assert company.project.name not in visitor.get("/projects.json").get_data(as_text=True)
        assert visitor.get("/search.json?q=keel").get_json()["items"] == []


def test_its_jobs_end_with_it(company: Company, media: Media) -> None:
    with transaction() as session:
        media_service(session).start(session.get_one(Media, media.id), "ingest", company.owner.id)

    delete(company)

    with reading() as session:
        assert session.scalars(sa.select(Job.status)).all() == [JobStatus.CANCELLED]


def test_admins_see_what_ran_in_it_and_no_dead_link(company: Company, media: Media) -> None:
    with transaction() as session:
        job = media_service(session).start(session.get_one(Media, media.id), "ingest", company.owner.id)
    delete(company)

    page = company.as_("admin").get("/jobs?state=done").get_data(as_text=True)

    assert "Take in: Keel" in page and f"/jobs/{job.public_id}" not in page


def test_an_owner_brings_it_back_whole(company: Company, owner: Visitor, media: Media) -> None:
    delete(company)
    assert company.project.name in owner.get("/projects/trash").get_data(as_text=True)

    owner.post(f"/p/{company.project.slug}/restore")

    assert "Keel laid" in owner.get(f"/m/{media.public_id}").get_data(as_text=True)
    assert "Nothing in the trash" in owner.get("/projects/trash").get_data(as_text=True)


@pytest.mark.parametrize(("role", "status"), [("editor", 404), ("outsider", 404), ("admin", 303)])
def test_who_else_may_bring_it_back(company: Company, role: str, status: int) -> None:
    delete(company)

    answer = company.as_(role).post(f"/p/{company.project.slug}/restore")

    assert answer.status_code == status


def test_the_trash_shows_only_one_s_own(company: Company) -> None:
    delete(company)

    assert company.project.name not in company.as_("outsider").get("/projects/trash").get_data(as_text=True)


def test_admins_find_it_among_the_deleted(company: Company) -> None:
    delete(company)
    admin = company.as_("admin")

    assert company.project.name not in admin.get("/admin/projects").get_data(as_text=True)
    assert "Bring back" in admin.get("/admin/projects?state=deleted").get_data(as_text=True)


def test_its_history_tells_who_deleted_it(company: Company) -> None:
    delete(company)

    with reading() as session:
        entry = session.scalars(sa.select(AuditLog).order_by(AuditLog.id.desc()).limit(1)).one()
    assert (entry.actor_name, entry.entity_name, "deleted_at" in entry.changes) == (
        company.owner.display_name,
        company.project.name,
        True,
    )


def test_htmx_is_led_away(company: Company, owner: Visitor) -> None:
    answer = owner.swap(f"/p/{company.project.slug}/delete", {"name": company.project.name})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/projects")


def test_who_is_signed_out_is_sent_to_sign_in(app: Flask, company: Company) -> None:
    answer = Visitor(app, None).post(f"/p/{company.project.slug}/delete", {"name": company.project.name})

    assert answer.headers["Location"].startswith("/sign-in")


def test_after_its_days_it_is_gone_with_its_files_and_told(company: Company, tmp_path: Path) -> None:
    root, recording = tmp_path / "store", tmp_path / "keel.mp4"
    recording.write_bytes(b"a keel")
    kept = make_media_of(company.project, recording, root)
    original = root / (kept.storage_key or "")
    make_clip(company.editor, kept)
    with transaction() as session:
        session.add(Tag(project_id=company.project.id, name="Boats", normalized_name="boats"))
    delete(company)
    late = now() + AFTER_THE_DAYS

    with transaction() as session:
        assert empty(session, now()) == 0
    for _ in range(3):
        with transaction() as session:
            empty(session, late)

    with reading() as session:
        for model in (Project, Media, ProjectMember):
            assert not session.scalar(sa.select(sa.func.count()).select_from(model))
        told = set(session.scalars(sa.select(AuditLog.entity_type).where(AuditLog.action == AuditAction.DELETE)))
        assert {"project", "member", "media", "clip", "tag"} <= told
        sweep(session, LocalStorage(root, 0), grace_s=-1)
    assert not original.exists()
