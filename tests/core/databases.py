"""Databases of the three kinds for one test: made empty on a server that others share, migrated, emptied, dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import Base, db, install_hooks
from app.factory import create_app
from tests.conftest import settings_in
from tests.core.backings import options_for

DATABASES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.server),
    pytest.param("mariadb", marks=pytest.mark.server),
]
CREATE = {
    "postgresql": "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'",
    "mysql": "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
}
# The log and what stands on it can only grow; rows in them belong to no test.
APPEND_ONLY = ("audit_log", "audit_seals")
_numbers = count(1)


@contextmanager
def app_on(url: str, folder: Path) -> Iterator[Flask]:
    """Yield an app on this database, inside its context; the job engine keeps its tables in a file."""
    settings = replace(settings_in(folder), database_url=url, jobs_database_url=f"sqlite:///{folder / 'jobs.db'}")
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def migrate(url: str, folder: Path) -> None:
    """Bring an empty database to the newest revision, as `flask db upgrade` does."""
    with app_on(url, folder):
        flask_migrate.upgrade()


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Yield the URL of an empty database beside the one `server_url` names, and drop it afterwards."""
    name = f"rushes_{next(_numbers)}"
    server = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(CREATE[server.dialect.name].format(name=name))
    yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")
    server.dispose()


@contextmanager
def engine_on(url: str) -> Iterator[sa.Engine]:
    """Yield an engine with the house's hooks."""
    engine = sa.create_engine(url, **options_for(url))
    install_hooks(engine)
    yield engine
    engine.dispose()


def empty(url: str) -> None:
    """Remove every row people could have made; what is append-only keeps its own."""
    with engine_on(url) as engine:
        with engine.connect().execution_options(unit="write") as connection, connection.begin():
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in APPEND_ONLY:
                    connection.execute(table.delete())
