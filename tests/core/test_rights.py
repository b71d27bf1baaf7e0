"""On PostgreSQL the app may run as a user who works with rows and can make, change or drop no table."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg.errors import InsufficientPrivilege

from app.core.db import db, transaction
from app.db_commands import how_it_stands, upgrade_database
from app.db_commands.rights import migrating_engine
from app.factory import create_app
from app.jobs import engine as job_engine
from app.jobs.service import job_service
from tests.conftest import settings_in
from tests.core.databases import new_database
from tests.factories import make_media, make_project, make_user

ROLE, SECRET = "rushes_app", "only for tests"


@pytest.fixture
def app(postgresql_server: str, tmp_path: Path) -> Iterator[Flask]:
    """Return the app as a user without rights, on a database another one migrated."""
    server = sa.create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{SECRET}'")
    with new_database(postgresql_server) as owners:
        apps = sa.make_url(owners).set(username=ROLE, password=SECRET).render_as_string(hide_password=False)
        app = create_app(replace(settings_in(tmp_path), database_url=apps, migrations_url=owners))
        with app.app_context():
            upgrade_database()
            yield app
            db.session.remove()
            db.engine.dispose()
            job_engine.close()
        inside = sa.create_engine(owners, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with inside.connect() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {ROLE}")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP ROLE {ROLE}")
    server.dispose()


@pytest.mark.server
def test_the_apps_user_works_with_rows_and_makes_no_tables(app: Flask) -> None:
    owner = make_user("kari")
    media = make_media(make_project(owner))
    with transaction() as session:
        job_service(session).enqueue("ingest", project_id=media.project_id, media_id=media.id, name=media.title)

    assert how_it_stands().trouble is None
    for statement in (
        "CREATE TABLE mine (id integer)",
        "DROP TABLE users",
        "ALTER TABLE users ADD COLUMN mine integer",
        "TRUNCATE audit_log",
        "UPDATE alembic_version SET version_num = 'none'",
        "CREATE SCHEMA mine",
    ):
        with pytest.raises(sa.exc.ProgrammingError) as refused, db.engine.connect() as connection:
            connection.execution_options(unit="write").exec_driver_sql(statement)
        assert isinstance(refused.value.orig, InsufficientPrivilege), statement


@pytest.mark.server
def test_upgrading_again_changes_nothing(app: Flask) -> None:
    upgrade_database()

    assert how_it_stands().trouble is None


def test_an_owner_of_another_database_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    elsewhere = replace(settings, migrations_url="postgresql+psycopg://owner@db/rushes")

    with pytest.raises(ValueError, match="same database"), migrating_engine(elsewhere):
        pass
