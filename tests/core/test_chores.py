"""Recurring work: done when due, once among many workers, and one failure does not stop the others."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import chores
from app.core.chores import FAILED_WORDS, Housekeeper, chore, do_due, last_done
from app.core.clock import now
from app.core.db import db

EVERY = timedelta(hours=1)
MOMENT = now()


@pytest.fixture
def keeper(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Housekeeper[str]:
    monkeypatch.setattr(chores, "_chores", {})
    engine: sa.Engine = db.engine
    return Housekeeper("the settings", engine)


@pytest.fixture
def done(keeper: Housekeeper[str]) -> list[str]:
    """Return the list in which a chore of every hour leaves a mark."""
    marks: list[str] = []

    @chore("count", every=EVERY)
    def count(keeper: Housekeeper[Any]) -> str:
        marks.append(keeper.settings)
        return f"{len(marks)} so far."

    return marks


def test_a_chore_never_done_is_due_and_then_not_until_its_time(keeper: Housekeeper[str], done: list[str]) -> None:
    assert do_due(keeper, MOMENT) == ["count"]
    assert do_due(keeper, MOMENT + EVERY - timedelta(seconds=1)) == []
    assert do_due(keeper, MOMENT + EVERY) == ["count"]

    assert done == ["the settings"] * 2


def test_what_came_of_it_is_kept(keeper: Housekeeper[str], done: list[str]) -> None:
    do_due(keeper, MOMENT)

    with keeper.reading() as session:
        kept = last_done(session, "count")

    assert kept is not None
    assert (kept.at, kept.words, kept.well) == (MOMENT, "1 so far.", True)


def test_a_chore_that_fails_is_told_and_the_next_is_done(
    keeper: Housekeeper[str], caplog: pytest.LogCaptureFixture
) -> None:
    after: list[str] = []

    @chore("break", every=EVERY)
    def break_down(keeper: Housekeeper[Any]) -> str:
        raise ValueError("the reason")

    @chore("go on", every=EVERY)
    def go_on(keeper: Housekeeper[Any]) -> str:
        after.append("done")
        return ""

    with caplog.at_level(logging.ERROR):
        do_due(keeper, MOMENT)

    with keeper.reading() as session:
        broken = last_done(session, "break")
    assert broken is not None
    assert (broken.words, broken.well, after) == (FAILED_WORDS, False, ["done"])
    assert "the reason" in caplog.text


def test_a_chore_taken_by_another_worker_is_not_done_twice(keeper: Housekeeper[str]) -> None:
    seen: list[list[str]] = []

    @chore("long", every=EVERY)
    def take_long(keeper: Housekeeper[Any]) -> str:
        seen.append(do_due(keeper, MOMENT))
        return ""

    assert do_due(keeper, MOMENT) == ["long"]
    assert seen == [[]]


def test_a_chore_may_say_itself_when_it_is_due(keeper: Housekeeper[str]) -> None:
    def at_night(last: datetime | None, moment: datetime, settings: Any) -> bool:
        return moment.hour == 3

    @chore("nightly", due=at_night)
    def nightly(keeper: Housekeeper[Any]) -> str:
        return ""

    assert do_due(keeper, MOMENT.replace(hour=2)) == []
    assert do_due(keeper, MOMENT.replace(hour=3)) == ["nightly"]
