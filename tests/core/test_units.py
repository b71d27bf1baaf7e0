"""Units of work on three databases: all or nothing, no lost updates, no writes while reading."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.models import AuditLog
from app.core.db import (
    SYSTEM,
    Actor,
    current_actor,
    get_refreshed_object,
    nested,
    refresh_session_object,
    unit_of_work,
)
from app.core.db_errors import is_transient
from app.core.errors import Conflict, Stale
from app.projects.models import Project

THREADS, ROUNDS = 4, 25


def add_project(engine: sa.Engine, name: str = "Keel") -> int:
    with Session(engine, expire_on_commit=False) as session, unit_of_work(session):
        project = Project(name=name, slug=name.lower())
        session.add(project)
        session.flush()
        return project.id


def test_an_error_leaves_nothing_behind(engine: sa.Engine) -> None:
    with pytest.raises(RuntimeError), Session(engine) as session, unit_of_work(session):
        session.add(Project(name="Keel", slug="keel"))
        session.flush()
        raise RuntimeError("half-way")

    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Project)) == 0


def test_a_conflict_at_the_end_of_the_unit_names_its_field(engine: sa.Engine) -> None:
    add_project(engine)

    with pytest.raises(Conflict) as taken, Session(engine) as session, unit_of_work(session):
        session.add(Project(name="Stem", slug="keel"))

    assert taken.value.field == "slug"


def test_a_read_unit_that_writes_raises(engine: sa.Engine) -> None:
    id = add_project(engine)

    with Session(engine) as session, pytest.raises(DBAPIError):
        session.execute(sa.update(Project).where(Project.id == id).values(name="Stem"))


def test_units_do_not_nest(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        with pytest.raises(RuntimeError), unit_of_work(session):
            pass


def test_a_savepoint_undoes_only_what_happened_inside(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        session.add(Project(name="Keel", slug="keel"))
        session.flush()
        with pytest.raises(RuntimeError), nested(session):
            session.add(Project(name="Stem", slug="stem"))
            session.flush()
            raise RuntimeError("not this one")

    with Session(engine) as session:
        assert session.scalars(sa.select(Project.name)).all() == ["Keel"]


def test_who_acts_is_known_inside_and_forgotten_outside(engine: sa.Engine) -> None:
    with Session(engine) as session:
        with unit_of_work(session, Actor(7, "Kari")):
            assert current_actor(session).name == "Kari"
        assert current_actor(session) is SYSTEM


def test_the_audit_entry_is_written_in_the_same_transaction(engine: sa.Engine) -> None:
    with Session(engine) as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(AuditLog))
    add_project(engine)
    with pytest.raises(RuntimeError), Session(engine) as session, unit_of_work(session):
        session.add(Project(name="Stem", slug="stem"))
        session.flush()
        raise RuntimeError("half-way")

    with Session(engine) as session:
        after = session.scalar(sa.select(sa.func.count()).select_from(AuditLog))
    assert after == (before or 0) + 1


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor_name = 'x'", "DELETE FROM audit_log"])
def test_the_audit_log_cannot_be_changed_or_emptied(engine: sa.Engine, statement: str) -> None:
    add_project(engine)

    with pytest.raises(DBAPIError), Session(engine) as session, unit_of_work(session):
        session.execute(sa.text(statement))


def test_an_older_copy_cannot_overwrite_a_newer_row(engine: sa.Engine) -> None:
    id = add_project(engine)
    with Session(engine, expire_on_commit=False) as mine, Session(engine, expire_on_commit=False) as theirs:
        with unit_of_work(mine):
            old = mine.get_one(Project, id)
        with unit_of_work(theirs):
            theirs.get_one(Project, id).name = "Theirs"

        with pytest.raises(Stale), unit_of_work(mine):
            old.name = "Mine"


def test_a_detached_object_can_be_attached_again_with_fresh_values(engine: sa.Engine) -> None:
    id = add_project(engine)
    with Session(engine, expire_on_commit=False) as session:
        detached = session.get_one(Project, id)
    with Session(engine) as session, unit_of_work(session):
        session.get_one(Project, id).name = "Stem"

    with Session(engine) as session:
        again, found = refresh_session_object(detached, session), get_refreshed_object(session, Project, id)
        assert again is not None
        assert found is again
        assert again.name == "Stem"


def test_writers_at_once_lose_no_update_and_see_no_lock_error(engine: sa.Engine) -> None:
    id = add_project(engine)

    def add_one() -> None:
        with Session(engine) as session, unit_of_work(session):
            project = session.scalars(sa.select(Project).where(Project.id == id).with_for_update()).one()
            project.quota_bytes = (project.quota_bytes or 0) + 1

    errors = in_threads(add_one)

    assert errors == []
    with Session(engine) as session:
        assert session.get_one(Project, id).quota_bytes == THREADS * ROUNDS


def in_threads(work: Callable[[], None]) -> list[Exception]:
    """Run `work` again and again in several threads; transient errors are tried again, others returned."""
    errors: list[Exception] = []

    def rounds() -> None:
        for _ in range(ROUNDS):
            try:
                retried(work)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=rounds) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def retried(work: Callable[[], None]) -> None:
    for attempt in range(3):
        try:
            return work()
        except Exception as error:
            if attempt == 2 or not is_transient(error):
                raise
    raise AssertionError("unreachable")
