"""A thing as it was after an entry, and one value of it brought back as a new change."""

import pytest
from flask import Flask

from app.audit.models import AuditLog
from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.clock import now
from app.core.db import db, transaction
from app.media.models import Media
from app.projects.models import Project
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor, counted, own


@pytest.fixture
def clip(company: Company) -> Clip:
    """Return a clip that was made as “Keel” from 100 to 200, and is now “Mast” from 120 to 180."""
    media = make_media(company.project)
    made = make_clip(company.editor, media, 100, 200, "Keel")
    with transaction() as session:
        fresh, base = session.get_one(Clip, made.id), ClipFields("Keel", 100, 200)
        later = ClipFields("Mast", 120, 180, "Second take")
        clip_service(session).update(fresh, session.get_one(Media, media.id), later, base, fresh.version)
    return made


def entry_of(kind: str, id: int, action: str = "CREATE") -> int:
    entry = db.session.query(AuditLog).filter_by(entity_type=kind, entity_id=id, action=action).first()
    assert entry is not None
    return entry.id


def fresh(clip: Clip) -> Clip:
    return db.session.get_one(Clip, clip.id)


def bring_back(visitor: Visitor, entry: int, field: str, version: object) -> int:
    return visitor.post(f"/history/{entry}/bring-back", {"field": field, "version": str(version)}).status_code


def test_the_history_leads_to_the_thing_as_it_was(company: Company, clip: Clip) -> None:
    entry = entry_of("clip", clip.id)

    assert f'href="/history/{entry}"' in company.as_("viewer").get(f"/clips/{clip.public_id}/history").get_data(
        as_text=True
    )


def test_then_and_now_are_side_by_side_and_times_are_timecodes(company: Company, clip: Clip) -> None:
    text = company.as_("viewer").get(f"/history/{entry_of('clip', clip.id)}").get_data(as_text=True)

    assert "Keel" in text and "Mast" in text
    assert "00:00:04:00" in text and "00:00:07:24" in text
    assert "bring-back" not in text


@pytest.mark.parametrize(
    ("field", "value"), [("title", "Keel"), ("notes", None), ("in_point", 100), ("out_point", 200)]
)
def test_an_editor_brings_a_value_back_as_a_new_change(company: Company, clip: Clip, field: str, value: object) -> None:
    version = fresh(clip).version

    assert bring_back(company.as_("editor"), entry_of("clip", clip.id), field, version) == 303

    entries = db.session.query(AuditLog).filter_by(entity_type="clip", entity_id=clip.id).order_by(AuditLog.id).all()
    assert getattr(fresh(clip), field) == value
    assert entries[-1].changes[field]["new"] == value and entries[-1].actor_id == company.editor.id


def test_what_changed_since_is_not_overwritten(company: Company, clip: Clip) -> None:
    answer = company.as_("editor").post(
        f"/history/{entry_of('clip', clip.id)}/bring-back", {"field": "title", "version": "1"}
    )

    assert answer.status_code == 409
    assert "changed since you looked" in answer.get_data(as_text=True)
    assert fresh(clip).title == "Mast"


@pytest.mark.parametrize("field", ["project_id", "deleted_at", "", "x" * 100])
def test_only_the_fields_of_the_form_can_be_brought_back(company: Company, clip: Clip, field: str) -> None:
    version = fresh(clip).version

    assert bring_back(company.as_("editor"), entry_of("clip", clip.id), field, version) == 422
    assert fresh(clip).version == version


def test_a_value_the_room_refuses_is_said(company: Company, clip: Clip) -> None:
    with transaction() as session:
        row = session.get_one(Clip, clip.id)
        row.in_point, row.out_point = 300, 400

    status = bring_back(company.as_("editor"), entry_of("clip", clip.id), "out_point", fresh(clip).version)

    assert status == 422
    assert fresh(clip).out_point == 400


def test_with_htmx_the_answer_leads_on(company: Company, clip: Clip) -> None:
    entry = entry_of("clip", clip.id)
    data = {"field": "title", "version": str(fresh(clip).version)}

    answer = company.as_("editor").swap(f"/history/{entry}/bring-back", data)

    assert answer.status_code == 204 and answer.headers["HX-Redirect"] == f"/history/{entry}"


def test_a_recordings_title_is_brought_back(company: Company) -> None:
    media = make_media(company.project, title="Quay at first light")
    with transaction() as session:
        session.get_one(Media, media.id).title = "Quay"
    row = db.session.get_one(Media, media.id)

    assert bring_back(company.as_("editor"), entry_of("media", media.id), "title", row.version) == 303
    assert db.session.get_one(Media, media.id).title == "Quay at first light"


def test_an_owner_brings_back_what_a_project_was_and_an_editor_does_not(company: Company) -> None:
    name = company.project.name
    with transaction() as session:
        row = session.get_one(Project, company.project.id)
        row.silence_db = -45
    version, entry = db.session.get_one(Project, company.project.id).version, entry_of("project", company.project.id)

    assert bring_back(company.as_("editor"), entry, "silence_db", version) == 403
    assert bring_back(company.as_("owner"), entry, "silence_db", version) == 303
    row = db.session.get_one(Project, company.project.id)
    assert (row.silence_db, row.name) == (None, name)


@pytest.mark.parametrize("role", ["viewer", "outsider"])
def test_who_may_not_edit_brings_nothing_back(company: Company, clip: Clip, role: str) -> None:
    entry, version = entry_of("clip", clip.id), fresh(clip).version

    assert bring_back(company.as_(role), entry, "title", version) == (403 if role == "viewer" else 404)
    assert company.as_(role).get(f"/history/{entry}").status_code == (200 if role == "viewer" else 404)


def test_whoever_is_signed_out_is_sent_to_sign_in(app: Flask, company: Company, clip: Clip) -> None:
    assert app.test_client().get(f"/history/{entry_of('clip', clip.id)}").status_code == 303
    assert bring_back(Visitor(app), entry_of("clip", clip.id), "title", 1) == 303


def test_other_entries_and_what_is_gone_are_not_shown(company: Company, clip: Clip) -> None:
    viewer, entry = company.as_("viewer"), entry_of("clip", clip.id)
    person = entry_of("user", company.owner.id)
    with transaction() as session:
        session.get_one(Clip, clip.id).deleted_at = now()

    assert [viewer.get(f"/history/{id}").status_code for id in (entry, person, 999_999, 10**30)] == [404] * 4


def test_it_asks_the_same_of_a_longer_history(company: Company, clip: Clip) -> None:
    visitor, entry = company.as_("editor"), entry_of("clip", clip.id)
    with counted() as few:
        visitor.get(f"/history/{entry}")
    for number in range(20):
        with transaction() as session:
            session.get_one(Clip, clip.id).title = f"Title {number}"

    with counted() as many:
        visitor.get(f"/history/{entry}")

    assert len(many) == len(few) and len(own(many)) <= 5
