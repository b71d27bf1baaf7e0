"""A database that goes away, is locked or full: 503 with words, nothing half-done, and the next request works."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from app.core.db import db
from app.projects.models import Project
from tests.conftest import Browser
from tests.core.databases import app_on
from tests.factories import HTMX, make_admin
from tests.visitors import Visitor

SERVERS = [
    pytest.param("postgresql", marks=pytest.mark.server),
    pytest.param("mariadb", marks=pytest.mark.server),
]
KILL = {"postgresql": "SELECT pg_terminate_backend({id})", "mysql": "KILL {id}"}


@pytest.fixture(params=SERVERS)
def on_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Return the app on a server's database."""
    with app_on(str(request.getfixturevalue(f"{request.param}_url")), tmp_path) as app:
        app.test_client_class = Browser
        yield app


@contextmanager
def before_statement(text: str, act: Callable[[Any], None]) -> Iterator[None]:
    """Do something to the connection once, just before it is sent a statement with this text."""
    done = []

    def look(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if text in statement and not done:
            done.append(statement)
            act(connection)

    event.listen(db.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", look)
    assert done, f"no statement had {text!r}"


def cut(connection: Any) -> None:
    """End this connection on the server, as a restart or a firewall does."""
    held = connection.connection.dbapi_connection
    name = connection.dialect.name
    id = held.info.backend_pid if name == "postgresql" else held.thread_id()
    other = sa.create_engine(connection.engine.url, isolation_level="AUTOCOMMIT")
    with other.connect() as executioner:
        executioner.exec_driver_sql(KILL[name].format(id=id))
    other.dispose()


@pytest.mark.parametrize("where", ["FROM user_sessions", "FROM projects"])
def test_a_page_whose_connection_is_lost_is_503_and_the_next_one_works(on_server: Flask, where: str) -> None:
    visitor = Visitor(on_server, make_admin())

    with before_statement(where, cut):
        lost = visitor.get("/projects")
    then = visitor.get("/projects")

    assert lost.status_code == 503
    assert "The database does not answer just now" in lost.get_data(as_text=True)
    assert then.status_code == 200


def test_a_change_whose_connection_is_lost_is_503_and_leaves_nothing(on_server: Flask) -> None:
    visitor = Visitor(on_server, make_admin())

    with before_statement("INSERT INTO audit_log", cut):
        lost = visitor.post("/projects/new", {"name": "Lost at sea"}, headers=HTMX)
    then = visitor.post("/projects/new", {"name": "Home again"})

    assert lost.status_code == 503
    assert then.status_code == 303
    assert {"Lost at sea", "Home again"} & set(names()) == {"Home again"}


def test_errors_of_a_lost_connection_are_counted_as_such(on_server: Flask) -> None:
    visitor = Visitor(on_server, make_admin())

    with before_statement("FROM projects", cut):
        visitor.get("/projects")

    assert on_server.extensions["meter"].errors["connection lost"] == 1


def test_a_locked_file_is_503_with_words(app: Flask, impatient: None) -> None:
    visitor = Visitor(app, make_admin())
    with sa.create_engine(db.engine.url).connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        locked = visitor.post("/projects/new", {"name": "Waiting"})
        reads = visitor.get("/projects")
        other.rollback()
    then = visitor.post("/projects/new", {"name": "Waiting no more"})

    assert [locked.status_code, reads.status_code, then.status_code] == [503, 200, 303]
    assert "Others have been writing for too long" in locked.get_data(as_text=True)
    assert names() == ["Waiting no more"]


def test_a_full_disk_is_503_with_words_and_pages_still_answer(app: Flask) -> None:
    visitor = Visitor(app, make_admin())
    with full():
        # The last pages have room for a few more.
        tries = (visitor.post("/projects/new", {"name": f"Much {number}"}) for number in range(200))
        refused = next(answer for answer in tries if answer.status_code != 303)
        stored = names()
        reads = visitor.get("/projects")
    then = visitor.post("/projects/new", {"name": "Room again"})

    assert [refused.status_code, reads.status_code, then.status_code] == [503, 200, 303]
    assert "The disk of this server is full" in refused.get_data(as_text=True)
    assert names() == [*stored, "Room again"]


@pytest.fixture
def impatient(app: Flask) -> Iterator[None]:
    """Let connections wait for a lock a moment only."""
    with on_checkout("PRAGMA busy_timeout=20"):
        yield


@contextmanager
def full() -> Iterator[None]:
    """Let the file grow no more, which SQLite answers as it does a full disk."""
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with on_checkout(f"PRAGMA max_page_count={pages}"):
        yield
    db.engine.dispose()


@contextmanager
def on_checkout(pragma: str) -> Iterator[None]:
    def set_it(held: Any, *rest: Any) -> None:
        held.execute(pragma)

    db.engine.dispose()
    event.listen(db.engine, "checkout", set_it)
    yield
    event.remove(db.engine, "checkout", set_it)
    db.engine.dispose()


def names() -> list[str]:
    db.session.remove()
    return list(db.session().scalars(sa.select(Project.name).order_by(Project.id)))
