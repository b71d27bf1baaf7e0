"""Where statements go: pages to the copies in turn, changes and who made one to the primary, and nobody to the dead."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.auth.models import User
from app.backups.copying import copy_sqlite
from app.core.db import db, reading, transaction, unit_of_work
from app.core.replicas import REST_S, Replicas, read_from
from app.factory import create_app
from app.projects.models import Project
from tests.conftest import Browser, settings_in
from tests.core.databases import engine_on, new_database
from tests.factories import make_admin
from tests.visitors import Visitor


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = 1000.0

    def __call__(self) -> float:
        return self.moment


@pytest.fixture
def copies(app: Flask, migrated: Path, tmp_path: Path) -> Iterator[list[sa.Engine]]:
    """Return two copies of the database, each with one project that tells which it is."""
    with ExitStack() as stack:
        engines = []
        for number in (1, 2):
            path = tmp_path / f"copy{number}.db"
            shutil.copy(migrated, path)
            engines.append(stack.enter_context(engine_on(f"sqlite:///{path}")))
            mark(engines[-1], f"copy {number}")
        mark(db.engine, "primary")
        yield engines
        read_from(None)


def mark(engine: sa.Engine, name: str) -> None:
    with Session(engine) as session, unit_of_work(session):
        session.add(Project(name=name, slug=name.replace(" ", "-")))


def seen() -> str:
    """Return which database a reading unit reads."""
    db.session.remove()
    with reading() as session:
        return str(session.scalar(sa.select(Project.name)))


def test_without_leave_the_primary_is_read(copies: list[sa.Engine]) -> None:
    assert seen() == "primary"


def test_reading_units_go_to_the_copies_in_turn(copies: list[sa.Engine]) -> None:
    read_from(Replicas(copies))

    assert [seen() for _ in range(4)] in (["copy 1", "copy 2"] * 2, ["copy 2", "copy 1"] * 2)


def test_what_is_asked_outside_a_reading_unit_goes_to_the_primary(copies: list[sa.Engine]) -> None:
    read_from(Replicas(copies))

    assert db.session().scalar(sa.select(Project.name)) == "primary"


def test_a_unit_of_work_inside_a_reading_one_goes_to_the_primary(copies: list[sa.Engine]) -> None:
    read_from(Replicas(copies))
    db.session.remove()

    with reading() as session:
        before = session.scalar(sa.select(Project.name))
        with transaction() as unit:
            within = unit.scalar(sa.select(Project.name))
            unit.add(Project(name="Written", slug="written"))
        after = session.scalar(sa.select(Project.name))

    assert within == "primary"
    assert before == after and str(before).startswith("copy")
    assert "Written" in db.session().scalars(sa.select(Project.name)).all()


def test_a_copy_cannot_be_written_to(copies: list[sa.Engine]) -> None:
    read_from(Replicas(copies))
    db.session.remove()

    with pytest.raises(DBAPIError), reading() as session:
        session.execute(sa.update(Project).values(name="x"))


def test_a_dead_copy_is_passed_over_and_tried_again_later(copies: list[sa.Engine], tmp_path: Path) -> None:
    clock, away = Clock(), tmp_path / "away"
    with engine_on(f"sqlite:///{away / 'copy.db'}") as dead:
        replicas = Replicas([dead, copies[0]], clock)
        read_from(replicas)

        while_dead = {seen() for _ in range(4)}
        away.mkdir()
        copy_sqlite(tmp_path / "copy2.db", away / "copy.db")
        while_resting = {seen() for _ in range(4)}
        clock.moment += REST_S
        later = {seen() for _ in range(4)}

    assert while_dead == while_resting == {"copy 1"}
    assert later == {"copy 1", "copy 2"}
    assert replicas.all[0].failures == 1


def test_with_every_copy_dead_the_primary_is_read(copies: list[sa.Engine], tmp_path: Path) -> None:
    with engine_on(f"sqlite:///{tmp_path / 'nowhere' / 'copy.db'}") as dead:
        read_from(Replicas([dead]))

        assert [seen(), seen()] == ["primary", "primary"]


PAIRS = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.server)]


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """Return an app with one copy, made when an admin existed and nothing else."""
    with ExitStack() as stack:
        primary, copy = (f"sqlite:///{tmp_path / name}" for name in ("primary.db", "copy.db"))
        if request.param == "postgresql":
            server = str(request.getfixturevalue("postgresql_server"))
            primary, copy = (stack.enter_context(new_database(server)) for _ in range(2))
        jobs = f"sqlite:///{tmp_path / 'jobs.db'}"
        settings = replace(settings_in(tmp_path), database_url=primary, jobs_database_url=jobs, replica_urls=(copy,))
        app = create_app(settings)
        app.test_client_class = Browser
        for url in (copy, primary):
            with create_app(replace(settings, database_url=url)).app_context():
                flask_migrate.upgrade()
                make_admin("ingrid")
                db.engine.dispose()
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
            app.extensions["replicas"].dispose()


def sent(app: Flask) -> dict[str, int]:
    return dict(app.extensions["meter"].by_role)


def test_a_page_reads_the_copy_and_whoever_changed_something_the_primary(pair: Flask) -> None:
    admin = db.session().scalars(sa.select(User)).one()
    visitor = Visitor(pair, admin)
    visitor.get("/projects")
    looked = sent(pair)["replica"]

    made = visitor.post("/projects/new", {"name": "Only here"})
    mine = visitor.get("/projects").get_data(as_text=True)
    after_change = sent(pair)["replica"]
    others = Visitor(pair, admin).get("/projects").get_data(as_text=True)

    assert looked > 0
    assert made.status_code == 303
    assert "Only here" in mine and after_change == looked
    # The copy of this test is never brought up to date: that is how it tells who was asked.
    assert "Only here" not in others and sent(pair)["replica"] > looked


def test_some_seconds_later_the_copy_is_read_again(pair: Flask) -> None:
    visitor = Visitor(pair, db.session().scalars(sa.select(User)).one())
    visitor.post("/projects/new", {"name": "Only here"})
    with visitor.client.session_transaction() as memory:
        memory["wrote"] -= pair.config["SETTINGS"].read_own_writes_s + 1

    assert "Only here" not in visitor.get("/projects").get_data(as_text=True)


def test_the_sign_of_life_asks_the_primary(pair: Flask) -> None:
    before = sent(pair).get("replica", 0)

    assert pair.test_client().get("/healthz").status_code == 200
    assert sent(pair).get("replica", 0) == before
