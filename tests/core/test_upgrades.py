"""From earlier revisions with rows in every table to the newest: nothing is lost, pages answer, a kill is survived."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.db_commands import how_it_stands, upgrade_database
from tests.conftest import Browser
from tests.core.databases import DATABASES, app_on, new_database
from tests.core.rows import Digest, digest, fill, lost, tables_of
from tests.core.test_migrations import REVISIONS
from tests.torture.preparing import SEED
from tests.torture.tally import tally
from tests.visitors import Visitor, gather

# Begins many processes.
pytestmark = pytest.mark.slow

# So many of the earlier revisions are gone through, the first of all among them; 0 for every one.
UPGRADES = int(os.environ.get("RUSHES_UPGRADES", "1"))
KILLS = int(os.environ.get("RUSHES_UPGRADE_KILLS", "2"))
OLD_PROJECT = sa.text("UPDATE projects SET deleted_at = NULL, archived_at = NULL WHERE id = 1")


def revisions() -> list[str]:
    earlier = REVISIONS[:-1]
    if UPGRADES == 0:
        return earlier
    return [earlier[0], *random.Random(SEED).sample(earlier[1:], UPGRADES - 1)]


@contextmanager
def at_revision(kind: str, revision: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Digest]]:
    """Yield the URL of a database of this kind at a revision, with rows in every table, and their digest."""
    folder.mkdir()
    with database(kind, folder, request) as url:
        with app_on(url, folder):
            flask_migrate.upgrade(revision=revision)
            with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
                fill(connection)
                number_on(connection)
            before = look()
        yield url, before


def number_on(connection: sa.Connection) -> None:
    """Let PostgreSQL number on after the rows that came with numbers of their own."""
    if connection.dialect.name == "postgresql":
        for table in tables_of(connection):
            if "id" in table.columns and isinstance(table.columns["id"].type, sa.Integer):
                question = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1000)"
                connection.execute(sa.text(question))


@contextmanager
def database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'rushes.db'}"
        return
    with new_database(str(request.getfixturevalue(f"{kind}_server"))) as url:
        yield url


def look() -> Digest:
    with db.engine.connect() as connection:
        return digest(connection)


def after_the_upgrade(url: str, folder: Path, before: Digest) -> list[str]:
    """Upgrade, and return what is lost, out of step or does not answer."""
    with app_on(url, folder) as app:
        upgrade_database()
        found = [f"{name} is lost" for name in lost(before, look())]
        trouble = how_it_stands().trouble
        found += [trouble] if trouble else []
        return found + unanswered(app)


def unanswered(app: Flask) -> list[str]:
    """Return the pages that do not answer: of a project that was there before, and of one made now."""
    app.test_client_class = Browser
    company = gather(app)
    with db.engine.connect().execution_options(unit="write") as connection, connection.begin():
        connection.execute(OLD_PROJECT)
        old = connection.scalar(sa.text("SELECT slug FROM projects WHERE id = 1"))
    visitor = Visitor(app, company.admin)
    pages = ["/projects", f"/p/{company.project.slug}", f"/p/{old}"]
    return [f"{page}: {status}" for page in pages if (status := visitor.get(page).status_code) != 200]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", DATABASES)
def test_every_earlier_revision_is_brought_to_the_newest(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    wrong = []

    with tally(f"upgrades with rows in every table, {kind}") as row:
        for revision in revisions():
            with at_revision(kind, revision, tmp_path / revision, request) as (url, before):
                found = after_the_upgrade(url, tmp_path / revision, before)
            wrong += [f"{revision}: {'; '.join(found)}"] if found else []
            row.tried, row.bad = row.tried + 1, len(wrong)

    assert not wrong, "\n".join(wrong)
    assert row.tried


def test_an_upgrade_that_loses_a_value_is_found(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder = tmp_path / "old"

    with tally("planted mistake found: an upgrade that loses a value") as row:
        with at_revision("sqlite", REVISIONS[0], folder, request) as (url, before):
            with closing(sqlite3.connect(folder / "rushes.db")) as connection, connection:
                connection.execute("UPDATE media SET title = '' WHERE id = 2")
            found = after_the_upgrade(url, folder, before)
        row.tried, row.bad = 1, int(found != ["media.title is lost"])

    assert found == ["media.title is lost"]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[Path, Digest, int]:
    """Return an instance at the first revision, its digest, and of how many statements its upgrade is."""
    folder = tmp_path_factory.mktemp("old") / "instance"
    with at_revision("sqlite", REVISIONS[0], folder, request) as (_, before):
        pass
    copy = folder.with_name("counted")
    shutil.copytree(folder, copy)
    done = upgrade_and_die(copy, "0")
    return folder, before, int(done.stdout.split()[-1])


def upgrade_and_die(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.core.killed_upgrade", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True)


def after_a_kill(old: tuple[Path, Digest, int], folder: Path, at: int, *mistake: str) -> list[str]:
    """Kill an upgrade at one statement, then upgrade as nobody had; return what is wrong afterwards."""
    start, before, _ = old
    shutil.copytree(start, folder)
    killed = upgrade_and_die(folder, str(at), *mistake)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    try:
        found = after_the_upgrade(f"sqlite:///{folder / 'rushes.db'}", folder, before)
    except sa.exc.SQLAlchemyError as error:
        return [f"the second upgrade fails: {error}"]
    with closing(sqlite3.connect(folder / "rushes.db")) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return found if sound else [*found, "the database is damaged"]


@pytest.mark.timeout(120 + 20 * KILLS)
def test_an_upgrade_killed_anywhere_is_done_by_the_next(old: tuple[Path, Digest, int], tmp_path: Path) -> None:
    chance, wrong = random.Random(SEED), []

    with tally("upgrades killed at any statement, then run again") as row:
        for number in range(KILLS):
            at = chance.randint(1, old[2])
            found = after_a_kill(old, tmp_path / str(number), at)
            wrong += [f"killed at statement {at}: {'; '.join(found)}"] if found else []
            row.tried, row.bad, row.note = number + 1, len(wrong), f"of {old[2]} statements"

    assert not wrong, "\n".join(wrong)


def test_an_upgrade_that_commits_half_way_is_found(old: tuple[Path, Digest, int], tmp_path: Path) -> None:
    with tally("planted mistake found: an upgrade that commits half way") as row:
        # Between two revisions a commit is harmless: one of these is within one.
        places = [old[2] * part // 8 for part in (4, 3, 5, 2, 6, 1, 7)]
        found = any(after_a_kill(old, tmp_path / str(at), at, "commits") for at in places)
        row.tried, row.bad = 1, int(not found)

    assert found
