"""`flask db` as an operator types it: inspect, backup, restore, reset, stamp."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.backups.copying import sqlite_path
from app.backups.digest import finish
from app.config import Settings
from app.core.clock import now
from app.core.db import session_scope
from app.core.inspection import look, tables
from app.jobs.models import Worker
from app.jobs.repository import SILENT_AFTER
from app.projects.models import Project
from tests.core.conftest import mariadb_server, postgresql_server
from tests.core.databases import DATABASES, app_on, engine_on, migrate, new_database
from tests.visitors import Company

# Fixtures, named so that the linter knows they are meant to be here.
__all__ = ["mariadb_server", "postgresql_server"]

Flask_ = Callable[..., Result]
AHEAD = "2031_01_01_moon"


@pytest.fixture
def own(company: Company, tmp_path: Path) -> Iterator[Flask]:
    """Return an app on a copy of the company's database, in a folder of the test's own."""
    database = Path(str(sqlite_path(company.app.config["SETTINGS"].database_url)))
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(tmp_path / "own.db")) as copy:
        source.backup(copy)
    with app_on(f"sqlite:///{tmp_path / 'own.db'}", tmp_path) as app:
        yield app


@pytest.fixture
def flask(own: Flask) -> Flask_:
    return lambda *words: own.test_cli_runner().invoke(args=["db", *map(str, words)])


@pytest.fixture
def database(own: Flask, tmp_path: Path) -> Path:
    return tmp_path / "own.db"


def ask(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def work(moment_ago: timedelta) -> None:
    """Leave a worker's sign of life."""
    with session_scope() as session:
        beat = now() - moment_ago
        session.add(Worker(executor_id="w", host="here", pid=1, heartbeat_at=beat, started_at=beat))


def test_every_described_command_is_there_with_its_sentence(app: Flask) -> None:
    words = app.test_cli_runner().invoke(args=["db", "--help"]).output

    for name in ("init", "migrate", "upgrade", "downgrade", "current", "check", "history", "stamp"):
        assert f"\n  {name} " in words
    for name in ("inspect", "backup", "restore", "reset"):
        assert f"\n  {name} " in words


def test_inspect_shows_what_lies_where(flask: Flask_) -> None:
    result = flask("inspect")

    assert result.exit_code == 0
    assert "SQLite" in result.output and "write-ahead log" in result.output
    assert "ix_projects_created_by" in result.output
    assert "workflow_status" not in result.output and "alembic_version" in flask("inspect", "--all").output
    users = next(line for line in result.output.splitlines() if line.startswith("users "))
    assert users.split()[1] == "5"


@pytest.mark.parametrize("kind", DATABASES)
def test_inspection_works_on_each_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if kind == "sqlite":
        look_at(f"sqlite:///{tmp_path / 'one.db'}", tmp_path, "SQLite")
        return
    with new_database(str(request.getfixturevalue(f"{kind}_server"))) as url:
        look_at(url, tmp_path, {"postgresql": "PostgreSQL", "mariadb": "MariaDB"}[kind])


def look_at(url: str, folder: Path, kind: str) -> None:
    migrate(url, folder)
    with engine_on(url) as engine, engine.connect() as connection:
        facts, found = look(connection), {table.name: table for table in tables(connection)}

    assert facts.kind == kind
    assert facts.size_bytes > 0
    assert found["users"].rows == 0 and found["users"].is_exact
    assert "ix_projects_created_by" in found["projects"].indexes
    assert (found["users"].size_bytes is None) == (kind == "SQLite")


def test_back_up_and_restore(flask: Flask_, database: Path, tmp_path: Path) -> None:
    made = flask("backup", tmp_path / "kept.db")
    restored = flask("restore", tmp_path / "kept.db")

    assert made.exit_code == 0 and "opened and sound" in made.output
    assert restored.exit_code == 0, restored.output
    assert len(list(tmp_path.glob("own.before-restore-*.db"))) == 1


def test_a_backup_is_brought_back_into_an_empty_instance(flask: Flask_, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    (tmp_path / "empty").mkdir()

    with app_on(f"sqlite:///{tmp_path / 'empty' / 'new.db'}", tmp_path / "empty") as app:
        result = app.test_cli_runner().invoke(args=["db", "restore", str(tmp_path / "kept.db")])

    assert result.exit_code == 0 and "What was there" not in result.output
    assert ask(tmp_path / "empty" / "new.db", "SELECT COUNT(*) FROM users") == [(5,)]


def test_a_damaged_backup_is_refused(flask: Flask_, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    content = bytearray((tmp_path / "kept.db").read_bytes())
    content[9000] ^= 1
    (tmp_path / "kept.db").write_bytes(content)

    result = flask("restore", tmp_path / "kept.db", "--yes")

    assert result.exit_code == 1
    assert "is damaged" in result.output


def test_what_changed_since_is_set_aside_only_with_yes(flask: Flask_, database: Path, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    with session_scope() as session:
        session.scalars(sa.select(Project)).one().name = "Changed since"

    refused = flask("restore", tmp_path / "kept.db")
    meant = flask("restore", tmp_path / "kept.db", "--yes")

    assert refused.exit_code == 1 and "Changes were made since" in refused.output
    assert meant.exit_code == 0


def test_a_living_worker_keeps_the_database(flask: Flask_, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    work(timedelta())

    results = [flask("restore", tmp_path / "kept.db", "--yes"), flask("reset", "--yes")]

    assert [result.exit_code for result in results] == [1, 1]
    assert all("1 worker running" in result.output for result in results)


def test_a_worker_silent_for_long_does_not(flask: Flask_, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    work(SILENT_AFTER * 2)

    assert flask("restore", tmp_path / "kept.db", "--yes").exit_code == 0


def older(path: Path, revision: str, target: Path) -> Path:
    """Return a backup like `path` that says it is at another revision."""
    target.write_bytes(path.read_bytes())
    ask(target, f"UPDATE alembic_version SET version_num = '{revision}'")
    draft = target.with_suffix(".draft")
    target.rename(draft)
    finish(draft, target)
    return target


def test_a_backup_of_a_newer_version_is_refused_even_with_yes(flask: Flask_, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")

    result = flask("restore", older(tmp_path / "kept.db", AHEAD, tmp_path / "new.db"), "--yes")

    assert result.exit_code == 1
    assert "a newer version of Rushes made" in result.output


def test_an_older_backup_takes_yes_and_then_says_to_upgrade(flask: Flask_, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    old = older(tmp_path / "kept.db", "2026_11_21_schema", tmp_path / "old.db")

    refused, meant = flask("restore", old), flask("restore", old, "--yes")

    assert refused.exit_code == 1 and "Add --yes to go back" in refused.output
    assert meant.exit_code == 0 and "Run: flask db upgrade" in meant.output


def test_a_damaged_database_is_set_aside_for_a_whole_backup(flask: Flask_, database: Path, tmp_path: Path) -> None:
    flask("backup", tmp_path / "kept.db")
    content = bytearray(database.read_bytes())
    content[4096 : 4096 * 3] = b"\xff" * 8192
    database.write_bytes(content)

    result = flask("restore", tmp_path / "kept.db", "--yes")

    assert result.exit_code == 0, result.output
    assert ask(database, "SELECT COUNT(*) FROM users") == [(5,)]


def test_reset_is_for_development_alone(own: Flask, flask: Flask_, database: Path) -> None:
    settings: Settings = own.config["SETTINGS"]
    own.config["TESTING"] = False

    refused, untouched = flask("reset", "--yes"), ask(database, "SELECT COUNT(*) FROM users")
    own.config["SETTINGS"] = replace(settings, allow_reset=True)
    asked, allowed = flask("reset"), flask("reset", "--yes")

    assert refused.exit_code == 1 and "RUSHES_ALLOW_RESET=1" in refused.output
    assert untouched == [(5,)]
    assert asked.exit_code == 1 and "flask db reset --yes" in asked.output
    assert allowed.exit_code == 0, allowed.output
    assert ask(database, "SELECT COUNT(*) FROM users") == [(0,)]


def test_stamp_takes_an_existing_database_in(flask: Flask_, database: Path) -> None:
    ask(database, "DELETE FROM alembic_version")

    assert flask("stamp", "head").exit_code == 0
    assert ask(database, "SELECT COUNT(*) FROM alembic_version") == [(1,)]
