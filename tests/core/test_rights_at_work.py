"""With the rights operating.md grants, and no more, the app does all of its work: pages, a job, chores, a backup."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditLog
from app.backups.service import back_up, restore
from app.config import Settings
from app.core.chores import Housekeeper, do_due, known, last_done
from app.core.db import db, transaction
from app.db_commands import how_it_stands, upgrade_database
from app.factory import create_app
from app.jobs import engine as job_engine
from app.jobs.housekeeping import housekeeper
from app.jobs.models import Job
from app.worker import TASK_MODULES
from tests.conftest import Browser, settings_in
from tests.core.databases import new_database
from tests.house.sources import ROOT
from tests.jobs.drill import wait_until
from tests.media.sender import Sender
from tests.media_factory import make_video
from tests.visitors import gather

pytestmark = [pytest.mark.server, pytest.mark.slow]
ROLE, SECRET = "rushes_works", "only for tests"
OPERATING = ROOT / "docs" / "operating.md"
MADE = {
    "postgresql": [f"CREATE ROLE {ROLE} LOGIN PASSWORD '{SECRET}'"],
    "mysql": [f"CREATE USER {ROLE}@localhost IDENTIFIED BY '{SECRET}'"],
}
FORBIDDEN = (
    "CREATE TABLE mine (id integer)",
    "DROP TABLE users",
    "ALTER TABLE users ADD COLUMN mine integer",
    "CREATE INDEX mine ON users (id)",
    "TRUNCATE TABLE audit_log",
)


def granted_on_mariadb() -> str:
    """Return the rights as the page for operators names them."""
    text = OPERATING.read_text(encoding="utf-8")
    start = text.index("MariaDB `GRANT ") + len("MariaDB `GRANT ")
    return text[start : text.index(" ON rushes.* TO rushes_app", start)]


@contextmanager
def with_rights(server_url: str, folder: Path) -> Iterator[Settings]:
    """Yield settings for an empty database that one user owns and another one works with."""
    server = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    kind = server.dialect.name
    with server.connect() as connection, new_database(server_url) as owners:
        for statement in MADE[kind]:
            connection.exec_driver_sql(statement)
        url = sa.make_url(owners)
        if kind == "mysql":
            connection.exec_driver_sql(f"GRANT {granted_on_mariadb()} ON {url.database}.* TO {ROLE}@localhost")
        apps = url.set(username=ROLE, password=SECRET).render_as_string(hide_password=False)
        jobs = f"sqlite:///{folder / 'jobs.db'}" if kind == "mysql" else None
        yield replace(settings_in(folder), database_url=apps, migrations_url=owners, jobs_database_url=jobs)
        if kind == "postgresql":
            inside = sa.create_engine(owners, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
            with inside.connect() as here:
                here.exec_driver_sql(f"DROP OWNED BY {ROLE}")
        connection.exec_driver_sql(f"DROP ROLE {ROLE}" if kind == "postgresql" else f"DROP USER {ROLE}@localhost")
    server.dispose()


@pytest.fixture(params=["postgresql", "mariadb"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Return the app as the user without rights, on a database its owner migrated."""
    with with_rights(str(request.getfixturevalue(f"{request.param}_server")), tmp_path) as settings:
        app = create_app(settings)
        app.test_client_class = Browser
        with app.app_context():
            upgrade_database()
            yield app
            db.session.remove()
            db.engine.dispose()
            job_engine.close()


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """Run `flask worker` as the app's user, who is told of no other."""
    facts = {
        "RUSHES_INSTANCE": str(settings.instance),
        "SECRET_KEY": "only for tests",
        "DATABASE_URL": settings.database_url,
        "RUSHES_RESERVE_MIB": "1",
    }
    if settings.jobs_database_url:
        facts["JOBS_DATABASE_URL"] = settings.jobs_database_url
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    with (settings.instance / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **facts}, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def job_status() -> str:
    with transaction() as session:
        return str(session.scalars(sa.select(Job.status)).one())


def test_pages_a_whole_job_search_and_the_log_need_no_other_rights(app: Flask, tmp_path: Path) -> None:
    assert how_it_stands().trouble is None
    company = gather(app)
    editor, slug = company.as_("editor"), company.project.slug
    film = make_video(tmp_path / "harbour.mp4", seconds=0.4)

    sent = Sender(editor, slug).send(film.read_bytes(), "Harbour voices.mp4")
    with working(app.config["SETTINGS"]):
        wait_until(lambda: job_status() in ("completed", "failed"), within_s=90)

    assert job_status() == "completed", (tmp_path / "worker.log").read_text()[-3000:]
    media = sent.headers["Upload-Media"]
    for path in (f"/p/{slug}", f"/m/{media}", "/search?q=harbour", "/activity"):
        answer = editor.get(path)
        assert answer.status_code == 200 and "Harbour" in answer.get_data(as_text=True), path
    clip = {"in_timecode": "00:00:00:00", "out_timecode": "00:00:00:05", "title": "Keel"}
    assert editor.post(f"/m/{media}/clips", clip).status_code == 303
    assert company.as_("admin").get("/admin/audit").status_code == 200
    with transaction() as session:
        assert session.query(AuditLog).count() > 5


def test_recurring_work_needs_no_other_rights(app: Flask) -> None:
    for name in TASK_MODULES:
        importlib.import_module(name)
    gather(app)
    keeper: Housekeeper[Settings] = housekeeper(app.config["SETTINGS"])

    done = do_due(keeper)

    with keeper.unit() as session:
        outcomes = {name: last_done(session, name) for name in done}
    keeper.engine.dispose()
    assert set(done) == {each.name for each in known()} and len(done) > 5
    assert [f"{name}: {outcome}" for name, outcome in outcomes.items() if outcome is None or not outcome.well] == []


def triggers(settings: Settings) -> list[tuple[object, ...]]:
    """Return the triggers there are, as their owner sees them."""
    owners = sa.create_engine(str(settings.migrations_url))
    columns = "trigger_name, event_manipulation, event_object_table, action_timing, action_statement"
    with owners.connect() as connection:
        schema = "database()" if owners.dialect.name == "mysql" else "current_schema()"
        question = f"SELECT {columns} FROM information_schema.triggers WHERE trigger_schema = {schema}"
        found = [tuple(row) for row in connection.exec_driver_sql(question)]
    owners.dispose()
    return sorted(found, key=str)


def test_the_backup_it_makes_is_whole(app: Flask) -> None:
    gather(app)
    settings = app.config["SETTINGS"]
    before, made = triggers(settings), settings.instance / "one.dump"

    back_up(settings.database_url, made)
    restore(settings.migrations_url, made)

    assert how_it_stands().trouble is None
    assert triggers(settings) == before and len(before) > 1


def test_it_makes_changes_and_drops_no_table(app: Flask) -> None:
    for statement in FORBIDDEN:
        with pytest.raises((sa.exc.ProgrammingError, sa.exc.OperationalError), match=r"(?i)denied|owner"):
            with db.engine.connect() as connection:
                connection.execution_options(unit="write").exec_driver_sql(statement)
