"""Whoever asks for what they may not have is in the log, and cannot fill it."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import refusals as module
from app.audit.models import AuditAction, AuditLog
from app.audit.refusals import Refusals
from app.auth.models import TokenScope
from app.auth.tokens import token_service
from app.core.db import Actor, db, transaction
from app.core.errors import Unavailable
from tests.factories import HTMX, make_media, make_transcript
from tests.visitors import Company

# The refusals of one minute: a test must not end in the next.
MOMENT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_counts(app: Flask) -> None:
    app.extensions["refusals"] = Refusals()


def refusals() -> list[AuditLog]:
    return list(db.session.scalars(sa.select(AuditLog).where(AuditLog.action == AuditAction.DENIED)))


@pytest.mark.parametrize(
    ("role", "path", "rule"),
    [
        ("outsider", "/p/{slug}", "/p/<slug>"),
        ("viewer", "/p/{slug}/settings", "/p/<slug>/settings"),
        ("owner", "/admin/users", "/admin/users"),
        ("owner", "/metrics", "/metrics"),
    ],
)
def test_a_refusal_is_noted_with_who_and_what(company: Company, role: str, path: str, rule: str) -> None:
    answer = company.as_(role).get(path.format(slug=company.project.slug))

    (noted,) = refusals()
    assert answer.status_code in (403, 404)
    assert (noted.actor_id, noted.entity_name) == (getattr(company, role).id, f"GET {rule}")
    assert noted.ip == "127.0.0.1" and noted.request_id == answer.headers["X-Request-Id"]


def test_a_refused_form_is_noted_and_changes_nothing(company: Company) -> None:
    answer = company.as_("viewer").post(f"/p/{company.project.slug}/archive", headers=HTMX)

    assert answer.status_code == 403
    assert [noted.entity_name for noted in refusals()] == ["POST /p/<slug>/archive"]


def test_what_is_simply_not_there_is_no_refusal(company: Company) -> None:
    visitor = company.as_("owner")

    assert visitor.get("/p/nobody-has-this").status_code == visitor.get("/no/such/page").status_code == 404
    assert refusals() == []


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_not_noted(app: Flask, company: Company) -> None:
    assert app.test_client().get(f"/p/{company.project.slug}").status_code == 303
    assert refusals() == []


def test_a_person_fills_ten_lines_a_minute_and_no_more(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "now", lambda: MOMENT)
    outsider, viewer = company.as_("outsider"), company.as_("viewer")
    for _ in range(15):
        outsider.get(f"/p/{company.project.slug}")
    viewer.get(f"/p/{company.project.slug}/settings")

    by = [noted.actor_id for noted in refusals()]
    assert by.count(company.outsider.id) == 10 and by.count(company.viewer.id) == 1


def test_the_next_minute_begins_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    counts, who = Refusals(a_minute=1), Actor(7, "Eve")
    monkeypatch.setattr(module, "now", lambda: MOMENT)
    for _ in range(3):
        counts.note(who, "GET", "/x", "No.")
    monkeypatch.setattr(module, "now", lambda: MOMENT + timedelta(minutes=1))
    counts.note(who, "GET", "/x", "No.")

    assert len(refusals()) == 2


def test_a_log_that_cannot_be_written_does_not_change_the_answer(
    company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise Unavailable("Not just now.")

    visitor = company.as_("outsider")
    monkeypatch.setattr(module, "AuditService", broken)

    assert visitor.get(f"/p/{company.project.slug}").status_code == 404
    assert "could not be noted" in caplog.text


def test_a_token_that_opens_nothing_is_noted_without_the_token(app: Flask, company: Company) -> None:
    client, bearer = app.test_client(), {"Authorization": "Bearer rushes_stolen-and-taken-back"}

    assert client.get(f"/p/{company.project.slug}.json", headers=bearer).status_code == 401

    (noted,) = refusals()
    assert (noted.verb, noted.actor_id, noted.ip) == ("token:refused", None, "127.0.0.1")
    assert noted.entity_name == "GET /p/<slug>.json"
    assert "stolen" not in f"{noted.entity_name} {noted.changes} {noted.actor_name}"


def test_strangers_with_tokens_fill_ten_lines_a_minute_together(
    app: Flask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "now", lambda: MOMENT)
    client = app.test_client()
    for number in range(25):
        far = {"REMOTE_ADDR": f"203.0.113.{number}"}
        client.get("/projects.json", headers={"Authorization": f"Bearer {number}"}, environ_base=far)
    company.as_("outsider").get(f"/p/{company.project.slug}")

    assert [noted.verb for noted in refusals()] == ["token:refused"] * 10 + ["access:refused"]


def test_a_token_that_reaches_too_far_is_noted_under_its_person(app: Flask, company: Company) -> None:
    with transaction() as session:
        token = token_service(session).create(company.owner, "Script", TokenScope.READ, None)

    refused = app.test_client().post("/projects/new", data={}, headers={"Authorization": f"Bearer {token}"})

    (noted,) = refusals()
    assert refused.status_code == 403
    assert (noted.verb, noted.actor_id) == ("access:refused", company.owner.id)


def test_an_upload_that_is_refused_is_noted(company: Company) -> None:
    slug = base64.b64encode(company.project.slug.encode()).decode()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": f"project {slug}"}

    answer = company.as_("viewer").post("/uploads", headers=headers)

    assert answer.status_code == 403
    assert [noted.entity_name for noted in refusals()] == ["POST /uploads"]


def test_what_is_taken_away_as_a_file_is_told_and_what_the_player_reads_is_not(company: Company) -> None:
    media = make_media(company.project)
    make_transcript(media, ["Keel to the sea."])
    viewer = company.as_("viewer")

    assert viewer.get(f"/m/{media.public_id}/transcript.vtt").status_code == 200
    assert viewer.get(f"/m/{media.public_id}/transcript.csv?download=1").status_code == 200

    (told,) = db.session.scalars(sa.select(AuditLog).where(AuditLog.action == AuditAction.EXPORT))
    assert (told.verb, told.actor_id, told.media_id) == ("transcript:download", company.viewer.id, media.id)
    assert told.project_id == company.project.id and told.entity_name == f"{media.title}.en.csv"
