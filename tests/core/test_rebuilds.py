"""What a migration may do to a database in use: rebuild its tables, fail, or be killed half-way."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.models import AuditLog
from app.core.db import Base, unit_of_work
from app.core.rebuilds import keep_rebuilds_safe
from app.index.query import matching_ids
from app.media.models import Media
from app.projects.models import Project
from tests.core.databases import engine_on

ROOT = Path(__file__).resolve().parents[2]
KILLS = (40, 90)
# Does what `flask db upgrade` does, and is killed before statement number N.
KILLED = """
import os, signal, sys
from app.sqlite import use_safe_sqlite
use_safe_sqlite()
import flask_migrate
from sqlalchemy import event
from app.core.db import db
from app.factory import create_app
left = [int(sys.argv[1])]
def count(*args):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    event.listen(db.engine, "before_cursor_execute", count)
    flask_migrate.upgrade()
"""


@pytest.fixture
def filled(url: str) -> Iterator[sa.Engine]:
    """Return an engine on a database with a project and a recording in it."""
    with engine_on(url) as engine:
        with Session(engine) as session, unit_of_work(session):
            project = Project(name="Keel", slug="keel")
            session.add(project)
            session.flush()
            session.add(Media(project_id=project.id, title="Launching the boat", filename="boat.mov"))
        yield engine


@contextmanager
def migrating(engine: sa.Engine) -> Iterator[Operations]:
    """Yield alembic's operations as `migrations/env.py` gives them to a revision."""
    with engine.connect().execution_options(unit="write") as connection:
        if engine.dialect.name == "sqlite":
            keep_rebuilds_safe(connection)
        with connection.begin():
            yield Operations(MigrationContext.configure(connection))


def rebuild(engine: sa.Engine, table: str) -> None:
    with migrating(engine) as op, op.batch_alter_table(table, recreate="auto") as batch:
        batch.add_column(sa.Column("added", sa.Integer(), nullable=True))
        batch.create_check_constraint("added_is_small", "added IS NULL OR added < 100")


@pytest.fixture(params=["projects", "media", "audit_log", "search_documents"])
def rebuilt(request: pytest.FixtureRequest, filled: sa.Engine) -> Iterator[sa.Engine]:
    """Return the filled database after a migration altered one of its tables; the server's is put right again."""
    rebuild(filled, request.param)
    yield filled
    if filled.dialect.name != "sqlite":
        with migrating(filled) as op:
            op.drop_constraint("added_is_small", request.param, type_="check")
            op.drop_column(request.param, "added")


def test_a_rebuilt_table_keeps_its_rows_and_those_that_point_at_it(rebuilt: sa.Engine) -> None:
    with Session(rebuilt) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Project)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Media)) == 1


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor_name = 'x'", "DELETE FROM audit_log"])
def test_after_a_rebuild_the_log_is_still_append_only(rebuilt: sa.Engine, statement: str) -> None:
    with pytest.raises(DBAPIError), Session(rebuilt) as session, unit_of_work(session):
        session.execute(sa.text(statement))


def test_after_a_rebuild_search_still_answers_for_old_and_new_rows(rebuilt: sa.Engine) -> None:
    with Session(rebuilt) as session, unit_of_work(session):
        project = session.scalars(sa.select(Project)).one()
        session.add(Media(project_id=project.id, title="Boat at sea", filename="sea.mov"))
        session.scalars(sa.select(Media).where(Media.filename == "boat.mov")).one().title = "The launch"

    assert found(rebuilt, "boat") == {"boat.mov", "sea.mov"}
    assert found(rebuilt, "launching") == set()


def test_after_a_rebuild_changes_are_still_told(rebuilt: sa.Engine) -> None:
    count = sa.select(sa.func.count()).select_from(AuditLog)
    with Session(rebuilt) as session:
        before = session.scalar(count) or 0
    with Session(rebuilt) as session, unit_of_work(session):
        session.scalars(sa.select(Project)).one().name = "Stem"

    with Session(rebuilt) as session:
        assert session.scalar(count) == before + 1


def test_a_rebuild_that_leaves_orphans_is_not_committed(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "orphans.db")
    with engine_on(f"sqlite:///{tmp_path / 'orphans.db'}") as engine:
        with pytest.raises(RuntimeError, match="without its row of projects"), migrating(engine) as op:
            op.execute("INSERT INTO project_slugs (slug, project_id) VALUES ('keel', 404)")

        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM project_slugs")) == 0


def test_foreign_keys_hold_again_after_a_migration(filled: sa.Engine) -> None:
    if filled.dialect.name == "sqlite":
        with migrating(filled) as op:
            op.execute("SELECT 1")

    with Session(filled) as session, unit_of_work(session):
        session.delete(session.scalars(sa.select(Project)).one())
    with Session(filled) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Media)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("statement", KILLS)
def test_a_migration_that_is_killed_is_done_whole_by_the_next_one(statement: int, tmp_path: Path) -> None:
    assert upgrade_killed_at(statement, tmp_path) == -signal.SIGKILL
    assert upgrade_killed_at(0, tmp_path) == 0

    with engine_on(f"sqlite:///{tmp_path / 'rushes.db'}") as engine, engine.connect() as connection:
        tables = set(sa.inspect(connection).get_table_names())
        assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    assert set(Base.metadata.tables) <= tables


def upgrade_killed_at(statement: int, folder: Path) -> int:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(statement)],
        cwd=ROOT,
        env={**os.environ, "RUSHES_INSTANCE": str(folder)},
        capture_output=True,
        timeout=60,
    ).returncode


def found(engine: sa.Engine, text: str) -> set[str]:
    with Session(engine) as session:
        ids = matching_ids(session, text, "media", session.scalars(sa.select(Media.project_id)).first() or 0)
        return set(session.scalars(sa.select(Media.filename).where(Media.id.in_(ids))))
