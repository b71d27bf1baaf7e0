"""Every statement is timed; slow ones are told with their plan, and never with what was sent."""

import asyncio
import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.auth.models import UserSession
from app.core import statements
from app.core.async_db import AsyncDatabase
from app.core.db import unit_of_work
from app.core.meter import EXPLAIN_EVERY_S, MOST_SHAPES, OTHERS, Meter
from app.core.plans import plan_of
from app.core.statements import watch
from app.projects.models import Project
from tests.core.backings import options_for

SECRET = "a-token-nobody-may-read"


@pytest.fixture
def meter(engine: sa.Engine) -> Meter:
    """Return a meter of this engine to which every statement is slow."""
    meter = Meter()
    watch(engine, meter, slow_ms=0)
    return meter


def find_session(engine: sa.Engine) -> None:
    with Session(engine) as session:
        session.scalar(sa.select(UserSession).where(UserSession.token_hash == SECRET, UserSession.ip.in_(["a", "b"])))


def test_statements_are_counted_timed_and_added_to_the_tally(engine: sa.Engine, meter: Meter) -> None:
    tally = statements.begin()
    find_session(engine)
    statements.end()

    asked = [text for text in tally.statements if "user_sessions" in text]
    assert len(asked) == 1
    assert meter.count == meter.by_role["primary"] >= 1
    assert 0 < tally.seconds <= meter.seconds


def test_a_slow_statement_is_told_with_its_plan_and_without_what_was_sent(
    engine: sa.Engine, meter: Meter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "rushes.slow"):
        find_session(engine)

    told = [record.getMessage() for record in caplog.records if "user_sessions" in record.getMessage()]
    assert len(told) == 1
    assert "token_hash" in told[0]
    assert "plan: " in told[0] and "no plan" not in told[0] and "plan: none" not in told[0]
    assert SECRET not in told[0]
    assert SECRET not in str(meter.shapes)


def test_the_worker_s_statements_are_told_too(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def find() -> None:
        database = AsyncDatabase(url, options_for(url))
        watch(database.engine.sync_engine, Meter(), slow_ms=0)
        async with database.areading() as session:
            await session.scalar(sa.select(UserSession).where(UserSession.token_hash == SECRET))
        await database.close()

    with caplog.at_level(logging.WARNING, "rushes.slow"):
        asyncio.run(find())

    told = [record.getMessage() for record in caplog.records if "user_sessions" in record.getMessage()]
    assert len(told) == 1
    assert "no plan" not in told[0] and "plan: none" not in told[0] and SECRET not in told[0]


def test_a_shape_is_told_once_a_minute(
    engine: sa.Engine, meter: Meter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([1000.0, 1001.0, 1000.0 + EXPLAIN_EVERY_S])
    with caplog.at_level(logging.WARNING, "rushes.slow"):
        shape = meter.note("SELECT 1", 1.0, "primary")
        told = [meter.asks_for_plan(shape, moment) for moment in moments]

    assert told == [True, False, True]


def test_a_plan_that_cannot_be_had_leaves_the_unit_as_it_was(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        session.add(Project(name="Keel", slug="keel"))
        session.flush()
        words = plan_of(session.connection(), "SELECT nothing FROM nowhere", ())

    with Session(engine) as session:
        assert words is not None and words.startswith("no plan")
        assert session.scalar(sa.select(Project.name)) == "Keel"


def test_what_is_written_has_a_plan_and_is_written_once(engine: sa.Engine, meter: Meter) -> None:
    with Session(engine) as session, unit_of_work(session):
        session.add(Project(name="Keel", slug="keel"))

    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Project)) == 1
    assert any(text.startswith("INSERT INTO projects") for text in meter.shapes)


def test_errors_are_counted_by_kind(engine: sa.Engine, meter: Meter) -> None:
    for statement in ("SELECT nothing FROM nowhere", "UPDATE projects SET name = 'x'"):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.exec_driver_sql(statement)

    assert dict(meter.errors) == {"statement refused": 1, "write while reading": 1}


def test_lists_of_any_length_are_one_shape_and_shapes_are_bounded() -> None:
    meter = Meter()
    for places in ("?", "?, ?", "?, ?, ?", "%(id_1)s, %(id_2)s", "%(id_1)s::INTEGER, %(id_2)s::INTEGER"):
        meter.note(f"SELECT 1 WHERE id IN ({places})", 0.001, "primary")
    for number in range(MOST_SHAPES + 50):
        meter.note(f"SELECT {number}", 0.001, "primary")

    assert meter.shapes["SELECT 1 WHERE id IN (…)"].count == 5
    assert len(meter.shapes) == MOST_SHAPES + 1
    assert meter.shapes[OTHERS].count == 51


def test_the_slowest_are_those_people_wait_for() -> None:
    meter = Meter()
    for text, seconds in (("SELECT 1", 0.1), ("CREATE TABLE t (id)", 9.0), ("BEGIN IMMEDIATE", 0.3)):
        meter.note(text, seconds, "primary")

    assert [shape.text for shape in meter.slowest()] == ["BEGIN IMMEDIATE", "SELECT 1"]


def test_percentiles_are_right_to_their_bucket() -> None:
    meter = Meter()
    for milliseconds in range(1, 101):
        meter.note("SELECT 1", milliseconds / 1000, "primary")

    p50, p95 = meter.quantile_s(0.5), meter.quantile_s(0.95)
    assert p50 is not None and 0.05 <= p50 <= 0.05 * 1.34
    assert p95 is not None and 0.095 <= p95 <= 0.095 * 1.34
    assert Meter().quantile_s(0.5) is None
