"""Migrations go up and down with rows in every table, on three databases, and end where the models are."""

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
from tests.core.databases import app_on
from tests.core.rows import Digest, digest, fill, lost

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def test_every_revision_goes_up_down_and_up_and_equals_the_models(empty_url: str, tmp_path: Path) -> None:
    with app_on(empty_url, tmp_path):
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
        flask_migrate.upgrade()
        differences = differences_from_models()

    assert left == set()
    assert differences == []


@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS)
def test_what_a_revision_holds_survives_the_way_up_and_back(revision: str, empty_url: str, tmp_path: Path) -> None:
    with app_on(empty_url, tmp_path):
        flask_migrate.upgrade(revision=revision)
        with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
            fill(connection)
        before = look()
        seen = []
        for turn in (flask_migrate.upgrade, lambda: flask_migrate.downgrade(revision=revision), flask_migrate.upgrade):
            turn()
            seen.append(lost(before, look()))

    assert all(columns for columns in before.values())
    assert seen == [[], [], []]


def test_a_lost_value_would_be_seen(app: Flask) -> None:
    with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
        fill(connection)
    before = look()
    with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
        connection.exec_driver_sql("UPDATE media SET start_timecode = NULL WHERE id = 2")
        connection.exec_driver_sql("DELETE FROM playheads WHERE user_id = 1")

    assert set(lost(before, look())) >= {"media.start_timecode", "playheads.position"}


def test_there_is_one_head(app: Flask) -> None:
    script = ScriptDirectory(str(app.extensions["migrate"].directory))

    assert len(script.get_heads()) == 1


def look() -> Digest:
    with db.engine.connect() as connection:
        return digest(connection)


def differences_from_models() -> list[object]:
    """Return what `flask db check` would find."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_ours, "target_metadata": Base.metadata}
        )
        return list(compare_metadata(context, Base.metadata))
