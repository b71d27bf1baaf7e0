"""Migrations go up, down and up again on three databases, and end where the models are."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from app.core.db import Base, db
from app.core.schema import is_ours
from app.factory import create_app
from tests.conftest import settings_in
from tests.servers import mariadb_server, postgres_server


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[Flask]:
    """Yield an app on an empty database of its own."""
    with ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'fresh.db'}"
        else:
            url = stack.enter_context(postgres_server() if kind == "postgresql" else mariadb_server())
        jobs = f"sqlite:///{folder / 'jobs.db'}"
        app = create_app(replace(settings_in(folder), database_url=url, jobs_database_url=jobs))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize(
    "kind",
    [
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.server),
        pytest.param("mariadb", marks=pytest.mark.server),
    ],
)
def test_every_revision_goes_up_down_and_up_and_equals_the_models(kind: str, tmp_path: Path) -> None:
    with empty_database(kind, tmp_path):
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
        flask_migrate.upgrade()
        differences = differences_from_models()

    assert left == set()
    assert differences == []


def test_there_is_one_head(app: Flask) -> None:
    script = ScriptDirectory(str(app.extensions["migrate"].directory))

    assert len(script.get_heads()) == 1


def differences_from_models() -> list[object]:
    """Return what `flask db check` would find."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_ours, "target_metadata": Base.metadata}
        )
        return list(compare_metadata(context, Base.metadata))
