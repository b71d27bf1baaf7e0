"""Admin › Database: real figures, for admins alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from app.admin.reads import _replica
from app.backups.daily import LastBackup, keep_last
from app.core.clock import now
from app.core.db import db, transaction
from app.core.meter import Meter
from app.core.replicas import Replica
from app.core.settings import remember
from app.core.statements import unwatch, watch
from tests.factories import make_media
from tests.visitors import Company, counted


def test_an_admin_sees_what_the_database_is_and_holds(company: Company) -> None:
    page = company.as_("admin").get("/admin/database")
    text = page.get_data(as_text=True)

    assert page.status_code == 200
    for words in ("SQLite 3.", "rushes.db", "Write-ahead log", "95 of 100 within", "connections", "none yet"):
        assert words.lower() in text.lower(), words
    assert '<th scope="row" class="mono">project_members</th>' in text


@pytest.mark.parametrize("path", ["/admin", "/admin/database"])
@pytest.mark.parametrize("role", ["owner", "editor", "outsider"])
def test_for_others_it_is_not_there(company: Company, path: str, role: str) -> None:
    assert company.as_(role).get(path).status_code == 404


def test_whoever_is_signed_out_is_sent_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/admin/database")

    assert answer.status_code == 303
    assert "/sign-in" in str(answer.location)


def test_the_bar_leads_admins_there_and_nobody_else(company: Company) -> None:
    pages = {role: company.as_(role).get("/projects").get_data(as_text=True) for role in ("admin", "owner")}

    assert 'href="/admin"' in pages["admin"]
    assert 'href="/admin"' not in pages["owner"]
    assert str(company.as_("admin").get("/admin").location).endswith("/admin/users")


@pytest.mark.parametrize(("well", "chip"), [(True, "Sound"), (False, "Failed")])
def test_the_last_backup_and_its_check_are_shown(company: Company, well: bool, chip: str) -> None:
    with transaction() as session:
        keep_last(session, LastBackup(now().isoformat(), well, "12 MB, opened and so on.", "daily.db", "engine-room"))

    text = company.as_("admin").get("/admin/database").get_data(as_text=True)

    assert "12 MB, opened and so on." in text
    assert "just now" in text and "engine-room" in text
    assert chip in text


@pytest.fixture
def meter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meter]:
    """Return the app's meter, new and for this test alone, to which every statement is slow."""
    new = Meter()
    monkeypatch.setitem(app.extensions, "meter", new)
    listener = watch(db.engine, new, slow_ms=0)
    yield new
    unwatch(db.engine, listener)


def test_a_slow_statement_is_shown_with_its_plan_and_no_value(company: Company, meter: Meter) -> None:
    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT id FROM users WHERE username = :name"), {"name": "a-secret-name"})
    meter.shapes["SELECT id FROM users WHERE username = ?"].worst_s = 99.0

    text = company.as_("admin").get("/admin/database").get_data(as_text=True)

    assert "SELECT id FROM users WHERE username = ?" in text
    assert "SCAN users" in text
    assert "a-secret-name" not in text


def test_an_index_out_of_step_is_said(company: Company) -> None:
    with transaction() as session:
        remember(session, "index", {"version": 1, "well": False, "words": "The search index is out of step: 3 things."})

    assert "out of step: 3 things" in company.as_("admin").get("/admin/database").get_data(as_text=True)


def test_a_copy_that_does_not_answer_is_said(company: Company) -> None:
    dead = Replica("far away", sa.create_engine(f"sqlite:///{company.app.instance_path}/no/such/folder.db"), failures=2)

    assert replace(_replica(dead)).answers is False
    assert _replica(Replica("near", db.engine)).answers is True


def test_it_asks_no_more_of_a_larger_database(company: Company) -> None:
    visitor = company.as_("admin")
    visitor.get("/admin/database")
    with counted() as small:
        visitor.get("/admin/database")
    for _ in range(20):
        make_media(company.project)

    with counted() as large:
        visitor.get("/admin/database")

    assert len(large) == len(small)
    # One count for each table; the rest is the schema, the settings and whoever asks.
    assert len([text for text in large if "count(*)" in text]) <= len(sa.inspect(db.engine).get_table_names()) + 1
