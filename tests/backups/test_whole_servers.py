"""`flask backup` and `flask restore` on PostgreSQL and MariaDB: the dump and the files together, to the bit."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.backups import manifest
from app.core.db import db
from app.core.search_text import fold
from app.media.models import Media
from app.media.repository import MediaRepository
from tests.core.conftest import mariadb_server, postgresql_server
from tests.core.databases import app_on, migrate, new_database
from tests.factories import make_admin, make_media_of, make_project

# Fixtures, named so that the linter knows they are meant to be here.
__all__ = ["mariadb_server", "postgresql_server"]
KINDS = ["postgresql", "mariadb"]


@contextmanager
def instance(server: str, folder: Path) -> Iterator[Flask]:
    """Yield an installation with an empty database on this server."""
    folder.mkdir()
    with new_database(server) as url, app_on(url, folder) as app:
        yield app


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_server"))


@pytest.fixture
def original(server: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield an installation with a recording."""
    with instance(server, tmp_path / "one") as app:
        migrate(app.config["SETTINGS"].database_url, tmp_path / "one")
        path = tmp_path / "sent"
        path.write_bytes(b"a recording")
        make_media_of(
            make_project(make_admin("ingrid"), "Keel"), path, app.config["SETTINGS"].media_root, title="Fjord"
        )
        yield app


def run(app: Flask, *words: str | Path) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=[str(word) for word in words])


def told(app: Flask) -> tuple[list[str], dict[str, bytes]]:
    """Return what a search finds, and the files of the store."""
    root = app.config["SETTINGS"].media_root
    with app.app_context():
        session = db.session()
        project = session.scalars(sa.select(Media.project_id)).first() or 0
        found = [media.title for media in MediaRepository(session).search(project, fold("fjord"))]
        session.rollback()
    return found, {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.server
def test_database_and_files_are_brought_back_together(original: Flask, server: str, tmp_path: Path) -> None:
    made = run(original, "backup", tmp_path / "kept")
    before = told(original)

    with instance(server, tmp_path / "two") as other:
        brought = run(other, "restore", tmp_path / "kept")
        after = told(other)
        again = run(other, "restore", tmp_path / "kept")

    assert made.exit_code == 0, made.output
    assert brought.exit_code == 0, brought.output
    assert before == after and before[0] == ["Fjord"]
    assert again.exit_code == 1 and "already" in again.output


@pytest.mark.server
@pytest.mark.parametrize("part", ["database", "media"])
def test_one_wrong_bit_is_refused_and_nothing_is_brought(
    part: str, original: Flask, server: str, tmp_path: Path
) -> None:
    run(original, "backup", tmp_path / "kept")
    name = next(name for name in manifest.read(tmp_path / "kept").files if name.startswith(part))
    path = tmp_path / "kept" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    # The files of a backup share their bytes with the installation's.
    path.unlink()
    path.write_bytes(content)

    with instance(server, tmp_path / "two") as other:
        brought = run(other, "restore", tmp_path / "kept")
        left = sa.inspect(sa.create_engine(other.config["SETTINGS"].database_url, poolclass=sa.NullPool))
        tables = left.get_table_names()

    assert brought.exit_code == 1 and "is damaged" in brought.output
    assert tables == []


@pytest.mark.server
def test_a_backup_of_another_kind_of_database_is_refused(original: Flask, app: Flask, tmp_path: Path) -> None:
    run(original, "backup", tmp_path / "kept")

    brought = run(app, "restore", tmp_path / "kept")

    assert brought.exit_code == 1 and "another kind of database" in brought.output
