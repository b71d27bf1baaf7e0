"""Migrated databases of all three kinds, and the backings over them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.core.backings import Backing, Stand, standing
from tests.core.databases import DATABASES, empty, engine_on, migrate, new_database
from tests.core.rooms import PROJECTS
from tests.servers import mariadb_server as start_mariadb
from tests.servers import postgres_server

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


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[str]:
    with start_mariadb() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_database(postgresql_server) as url:
        migrate(url, tmp_path_factory.mktemp("postgresql"))
        yield url


@pytest.fixture(scope="session")
def mariadb_url(mariadb_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_database(mariadb_server) as url:
        migrate(url, tmp_path_factory.mktemp("mariadb"))
        yield url


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return a database of each kind that nobody has migrated yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with new_database(str(request.getfixturevalue(f"{request.param}_server"))) as url:
        yield url


@pytest.fixture(params=KINDS)
def projects(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[Backing]:
    """Return the projects' repository on each of the eight backings, without rows."""
    name = str(request.param)
    with standing(kind_of(name), _url(request, name, migrated, tmp_path)) as stand:
        yield stand.on(PROJECTS)


@pytest.fixture(params=KINDS, scope="module")
def stand(request: pytest.FixtureRequest, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Return each of the eight backings, shared by a module's tests: rows of others may be there."""
    name = str(request.param)
    with standing(kind_of(name), _url(request, name, migrated, tmp_path_factory.mktemp("stand"))) as opened:
        yield opened


def kind_of(name: str) -> str:
    return name if name.startswith("memory") else name.split("-")[1]


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> str:
    """Return a migrated database of each kind without rows."""
    found = _url(request, str(request.param), migrated, tmp_path)
    assert found is not None
    return found


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """Return an engine with the house's hooks on an empty database of each kind."""
    with engine_on(url) as made:
        yield made


def _url(request: pytest.FixtureRequest, name: str, migrated: Path, tmp_path: Path) -> str | None:
    if name.startswith("memory"):
        return None
    if name.startswith("sqlite"):
        shutil.copy(migrated, tmp_path / "contract.db")
        return f"sqlite:///{tmp_path / 'contract.db'}"
    url = str(request.getfixturevalue(f"{name.split('-')[0]}_url"))
    empty(url)
    return url
