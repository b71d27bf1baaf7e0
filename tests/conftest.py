"""The app on a migrated database of its own, and people to use it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

from flask import Flask  # noqa: E402 - the safe SQLite must be in place first
from flask.testing import FlaskClient  # noqa: E402
from flask_migrate import upgrade  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from app.config import Settings, settings_from  # noqa: E402
from app.core.db import db  # noqa: E402
from app.factory import create_app  # noqa: E402


def settings_in(folder: Path) -> Settings:
    """Return settings for an instance in this folder."""
    settings = settings_from({"RUSHES_INSTANCE": str(folder), "SECRET_KEY": "only for tests"}, folder)
    return replace(settings, testing=True, reserve_bytes=0)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file brought to the newest schema by the migrations, to be copied by each test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(settings_in(folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "rushes.db"


@pytest.fixture
def app(tmp_path: Path, migrated: Path) -> Iterator[Flask]:
    """Return the app on a fresh copy of the migrated database."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(migrated, instance / "rushes.db")
    app = create_app(settings_in(instance))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """Return the app's session, outside any unit of work."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser nobody has signed in with."""
    return app.test_client()
