"""Migrated databases of all three kinds, and the backings over them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa

from app.core.db import Base, db, install_hooks
from app.factory import create_app
from app.projects.models import Project
from tests.conftest import settings_in
from tests.core.backings import Backing, backing, options_for
from tests.servers import mariadb_server, postgres_server

KINDS = [
    "sqlite-sync",
    "sqlite-async",
    pytest.param("postgresql-sync", marks=pytest.mark.server),
    pytest.param("postgresql-async", marks=pytest.mark.server),
    pytest.param("mariadb-sync", marks=pytest.mark.server),
    pytest.param("mariadb-async", marks=pytest.mark.server),
    "memory",
    "memory-async",
]
DATABASES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.server),
    pytest.param("mariadb", marks=pytest.mark.server),
]


def migrate(url: str, folder: Path) -> None:
    """Bring an empty database to the newest revision, as `flask db upgrade` does."""
    settings = replace(settings_in(folder), database_url=url, jobs_database_url=f"sqlite:///{folder / 'jobs.db'}")
    with create_app(settings).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres_server() as url:
        migrate(url, tmp_path_factory.mktemp("postgresql"))
        yield url


@pytest.fixture(scope="session")
def mariadb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mariadb_server() as url:
        migrate(url, tmp_path_factory.mktemp("mariadb"))
        yield url


@pytest.fixture(params=KINDS)
def projects(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[Backing[Project]]:
    """Return the projects' repository on each of the eight backings."""
    name = str(request.param)
    kind = name if name.startswith("memory") else name.split("-")[1]
    with backing(kind, _url(request, name, migrated, tmp_path)) as opened:
        yield opened


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """Return an engine with the house's hooks on an empty database of each kind."""
    url = _url(request, str(request.param), migrated, tmp_path)
    assert url is not None
    made = sa.create_engine(url, **options_for(url))
    install_hooks(made)
    yield made
    made.dispose()


def _url(request: pytest.FixtureRequest, name: str, migrated: Path, tmp_path: Path) -> str | None:
    if name.startswith("memory"):
        return None
    if name.startswith("sqlite"):
        shutil.copy(migrated, tmp_path / "contract.db")
        return f"sqlite:///{tmp_path / 'contract.db'}"
    url = str(request.getfixturevalue(f"{name.split('-')[0]}_url"))
    empty(url)
    return url


def empty(url: str) -> None:
    """Remove every row people could have made; the append-only log keeps its own."""
    engine = sa.create_engine(url, **options_for(url))
    install_hooks(engine)
    with engine.connect().execution_options(unit="write") as connection, connection.begin():
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "audit_log":
                connection.execute(table.delete())
    engine.dispose()
