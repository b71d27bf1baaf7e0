"""The log's seals on three databases: a chain that holds, and every way of breaking it noticed."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditLog, AuditSeal
from app.audit.seals import MOST_ENTRIES, Verdict, seal_settled, verify
from app.core.clock import now
from app.core.db import unit_of_work
from app.projects.models import Project
from tests.core.databases import engine_on

AT_ONCE = timedelta(0)
# What takes the triggers out of the way, as someone with the file in their hands would.
UNLOCK = [f"DROP TRIGGER {table}_no_{act}" for table in ("audit_log", "audit_seals") for act in ("update", "delete")]


@pytest.fixture
def log(engine: sa.Engine) -> sa.Engine:
    """Return an engine of each kind whose log, which only grows, is sealed up to here."""
    seal_all(engine)
    return engine


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """Return a SQLite file to break."""
    shutil.copy(migrated, tmp_path / "broken.db")
    with engine_on(f"sqlite:///{tmp_path / 'broken.db'}") as engine:
        yield engine


def fill(engine: sa.Engine, count: int = 5) -> None:
    with Session(engine) as session, unit_of_work(session):
        for number in range(count):
            session.add(Project(name=f"Keel {number} æøå", slug=f"keel-{number}", silence_db=-30))
            session.flush()


def seal_all(engine: sa.Engine) -> int:
    total = 0
    while True:
        with Session(engine) as session, unit_of_work(session):
            count = seal_settled(session, settled_after=AT_ONCE)
        if not count:
            return total
        total += count


def verdict(engine: sa.Engine, expected: str | None = None) -> Verdict:
    with Session(engine) as session:
        return verify(session, expected)


def tamper(engine: sa.Engine, *statements: str) -> None:
    with engine.connect().execution_options(unit="write") as connection:
        for statement in [*UNLOCK, *statements]:
            connection.exec_driver_sql(statement)
        connection.commit()


def test_what_was_sealed_holds_and_what_came_later_waits(log: sa.Engine) -> None:
    before = verdict(log)
    fill(log)
    assert seal_all(log) == 5
    with Session(log) as session, unit_of_work(session):
        session.scalars(sa.select(Project)).first().name = "Stem"

    after = verdict(log)

    assert after.holds
    assert (after.seals - before.seals, after.sealed - before.sealed, after.unsealed) == (1, 5, 1)


def test_entries_that_may_still_have_elder_siblings_are_not_sealed(log: sa.Engine) -> None:
    fill(log)

    with Session(log) as session, unit_of_work(session):
        assert seal_settled(session) == 0
        assert seal_settled(session, now() + timedelta(hours=1)) == 5


def test_seals_follow_each_other(log: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verdict(log)
    monkeypatch.setattr("app.audit.seals.MOST_ENTRIES", 2)
    fill(log)
    seal_all(log)

    with Session(log) as session:
        seals = list(session.scalars(sa.select(AuditSeal).order_by(AuditSeal.id)))[before.seals :]

    assert MOST_ENTRIES == 1000
    assert [seal.entries for seal in seals] == [2, 2, 1]
    assert [seal.previous_hash for seal in seals] == [before.head, seals[0].hash, seals[1].hash]
    assert verdict(log).head == seals[2].hash


@pytest.mark.parametrize(
    ("mischief", "words"),
    [
        ("UPDATE audit_log SET actor_name = 'Nobody' WHERE id = 3", "Something changed it"),
        ("UPDATE audit_log SET entity_id = 999 WHERE id = 1", "Something changed it"),
        ("DELETE FROM audit_log WHERE id = 2", "Some were removed or added"),
        ("DELETE FROM audit_seals WHERE first_id = 1", "does not follow the one before"),
        ("UPDATE audit_seals SET hash = previous_hash WHERE first_id = 1", "Something changed it"),
    ],
)
def test_what_is_changed_behind_the_log_shows(
    file: sa.Engine, monkeypatch: pytest.MonkeyPatch, mischief: str, words: str
) -> None:
    monkeypatch.setattr("app.audit.seals.MOST_ENTRIES", 3)
    fill(file)
    seal_all(file)
    with Session(file) as session:
        first = session.scalar(sa.select(sa.func.min(AuditLog.id))) or 0
    assert first == 1

    tamper(file, mischief)

    found = verdict(file)
    assert not found.holds
    assert words in found.words


def test_a_chain_made_anew_lacks_the_hash_that_was_noted(file: sa.Engine) -> None:
    fill(file)
    seal_all(file)
    noted = verdict(file).head
    assert verdict(file, noted).holds

    tamper(file, "UPDATE audit_log SET actor_name = 'Nobody'", "DELETE FROM audit_seals")
    seal_all(file)

    assert verdict(file).holds
    assert "made anew" in verdict(file, noted).words


@pytest.mark.parametrize("act", [sa.delete(AuditSeal), sa.update(AuditSeal).values(entries=0)])
def test_seals_cannot_be_changed_or_removed(log: sa.Engine, act: sa.Executable) -> None:
    fill(log)
    seal_all(log)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), Session(log) as session, unit_of_work(session):
        session.execute(act)
