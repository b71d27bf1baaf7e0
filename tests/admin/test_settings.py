"""Admin › Settings: what is chosen holds at once, clashes are said, and secrets stay untold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.audit.models import AuditLog
from app.auth.models import UserSession
from app.core.choices import KEYS, Choices, choices, choose, version_of
from app.core.clock import now
from app.core.db import db, reading, transaction
from app.core.errors import Stale
from app.media.purge import TRASH_DAYS_SETTING, trash_days
from app.projects.models import Project
from tests.factories import sign_in
from tests.visitors import Company, Visitor

FIELDS = {
    "name": "Harbour Film Archive",
    "language": "no",
    "silence_db": "-45",
    "session_days": "3",
    "trash_days": "60",
    "second_step": "nobody",
    "version": "0",
}


@pytest.fixture
def admin(company: Company) -> Visitor:
    return company.as_("admin")


def test_what_is_chosen_is_shown_and_in_the_log(admin: Visitor) -> None:
    answer = admin.post("/admin/settings", FIELDS)
    text = admin.get("/admin/settings").get_data(as_text=True)

    entry = db.session.query(AuditLog).filter_by(verb="settings:update").one()
    assert answer.status_code == 303
    assert 'value="Harbour Film Archive"' in text and 'value="60"' in text and "Version 1" in text
    assert entry.changes["name"] == {"old": "Rushes", "new": "Harbour Film Archive"}


def test_the_name_is_where_people_sign_in(app: Flask, admin: Visitor) -> None:
    admin.post("/admin/settings", {**FIELDS, "name": "A <b> & C"})

    assert "Sign in to A &lt;b&gt; &amp; C" in app.test_client().get("/sign-in").get_data(as_text=True)


def test_new_projects_begin_with_what_is_chosen(company: Company, admin: Visitor) -> None:
    admin.post("/admin/settings", FIELDS)

    company.as_("owner").post("/projects/new", {"name": "Begun later"})

    project = db.session.query(Project).filter_by(name="Begun later").one()
    assert (project.language, project.silence_db) == ("no", -45)
    assert db.session.get_one(Project, company.project.id).language is None


def test_a_sign_in_lasts_as_long_as_is_chosen(app: Flask, company: Company, admin: Visitor) -> None:
    admin.post("/admin/settings", FIELDS)

    sign_in(app.test_client(), company.viewer)

    session = db.session.query(UserSession).filter_by(user_id=company.viewer.id).one()
    assert timedelta(days=2, hours=23) < session.expires_at - now() <= timedelta(days=3)


def test_the_trash_keeps_as_long_as_is_chosen(admin: Visitor) -> None:
    admin.post("/admin/settings", FIELDS)

    with reading() as session:
        assert trash_days(session) == 60
    assert KEYS["trash_days"] == TRASH_DAYS_SETTING


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 61),
        ("language", "klingon"),
        ("silence_db", "0"),
        ("session_days", "0"),
        ("session_days", ""),
        ("trash_days", "366"),
        ("version", "x"),
    ],
)
def test_a_bad_value_is_said_and_nothing_changes(admin: Visitor, field: str, value: str) -> None:
    assert admin.post("/admin/settings", {**FIELDS, field: value}).status_code == 422
    with reading() as session:
        assert choices(session) == Choices()


def test_a_stale_form_gets_both_values_and_wins_the_second_time(admin: Visitor) -> None:
    admin.post("/admin/settings", FIELDS)

    answer = admin.post("/admin/settings", {**FIELDS, "name": "Mine"})
    again = admin.post("/admin/settings", {**FIELDS, "name": "Mine", "version": "1"})

    assert answer.status_code == 409
    assert "Saved meanwhile: Harbour Film Archive." in answer.get_data(as_text=True)
    assert again.status_code == 303


def test_saving_the_same_twice_changes_nothing(admin: Visitor) -> None:
    for _ in range(2):
        assert admin.swap("/admin/settings", FIELDS).status_code == 204

    with reading() as session:
        assert version_of(session) == 1


def test_nothing_and_zero_are_kept_apart() -> None:
    assert Choices().language is None and replace(Choices(), silence_db=-20).silence_db == -20


def test_a_choice_is_taken_back(app: Flask) -> None:
    with transaction() as session:
        choose(session, Choices(language="no"), 0)
    with transaction() as session:
        choose(session, Choices(), 1)
    with transaction() as session, pytest.raises(Stale):
        choose(session, Choices(language="de"), 0)

    with reading() as session:
        assert choices(session) == Choices()


def test_secrets_are_not_shown(app: Flask, admin: Visitor) -> None:
    settings = app.config["SETTINGS"]
    url = "postgresql+psycopg://rushes:very-secret@db.example/rushes"
    token = "0123456789abcdef-token"
    app.config["SETTINGS"] = replace(settings, jobs_database_url=url, metrics_token=token)

    text = admin.get("/admin/settings").get_data(as_text=True)

    assert "db.example" in text
    assert "very-secret" not in text and token not in text and settings.secret_key not in text


def test_for_others_it_is_not_there(company: Company) -> None:
    assert company.as_("owner").get("/admin/settings").status_code == 404
    assert company.as_("owner").post("/admin/settings", FIELDS).status_code == 404
    assert Visitor(company.app).post("/admin/settings", FIELDS).status_code == 303
