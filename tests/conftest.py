"""The app on a migrated database of its own, and people to use it."""

import contextvars
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

from flask import Flask  # noqa: E402 - the safe SQLite must be in place first
from flask.testing import FlaskClient  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402
from werkzeug.test import TestResponse  # noqa: E402

from app.config import Settings, settings_from  # noqa: E402
from app.core.db import db, end_reading  # noqa: E402
from app.core.storage import LocalStorage  # noqa: E402
from app.db_commands import upgrade_database  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.jobs import engine as job_engine  # noqa: E402
from tests.visitors import Company, gather  # noqa: E402


def settings_in(folder: Path) -> Settings:
    """Return settings for an instance in this folder."""
    settings = settings_from({"RUSHES_INSTANCE": str(folder), "SECRET_KEY": "only for tests"}, folder)
    # Tests ask faster than people do; those of the limit set their own.
    return replace(settings, testing=True, reserve_bytes=0, requests_a_minute=0)


class Browser(FlaskClient):
    """A client whose requests have a context, and so a database session, of their own, as on the server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Read to the end and closed, as a server does: a file that is sent must not stay open.
        kwargs.setdefault("buffered", True)
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        # What the test loaded before may have been changed by the request: look again, in a new snapshot.
        end_reading(db.session())
        db.session.expire_all()
        return answer


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file brought to the newest schema by the migrations, to be copied by each test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(settings_in(folder))
    with app.app_context():
        upgrade_database()
        db.engine.dispose()
    return folder / "rushes.db"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return one app for all tests: building it, and compiling its templates, takes longer than most of them."""
    built = create_app(settings_in(tmp_path_factory.mktemp("instance")))
    built.test_client_class = Browser
    return built


@pytest.fixture
def app(house: Flask, migrated: Path) -> Iterator[Flask]:
    """Return the app on a fresh copy of the migrated database, with an empty store."""
    settings: Settings = house.config["SETTINGS"]
    with house.app_context():
        db.engine.dispose()
        job_engine.close()
        for leftover in settings.instance.glob("rushes.db*"):
            leftover.unlink()
        shutil.copy(migrated, settings.instance / "rushes.db")
        shutil.rmtree(settings.media_root)
        house.extensions["storage"] = LocalStorage(settings.media_root)
        yield house
        db.session.remove()
        house.config["SETTINGS"] = settings


@pytest.fixture
def session(app: Flask) -> Session:
    """Return the app's session, outside any unit of work."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def company(app: Flask) -> Company:
    """Return a project with an owner, an editor and a viewer, an outsider, and an admin."""
    return gather(app)
