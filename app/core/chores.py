"""Work that comes round again: rooms register it, and one worker at a time does what is due."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.db import SYSTEM, Actor, end_reading, unit_of_work
from app.core.settings import Setting, recall, remember

S = TypeVar("S")
log = logging.getLogger("rushes.chores")

FAILED_WORDS = "It failed; the reason is in the worker’s log."


class Housekeeper(Generic[S]):
    """What a chore works with: the settings, and units of work of its own on a plain engine."""

    def __init__(self, settings: S, engine: sa.Engine) -> None:
        self.settings = settings
        self.engine = engine

    @contextmanager
    def unit(self, actor: Actor = SYSTEM) -> Iterator[Session]:
        """Open a fresh session and one unit of work in it."""
        with Session(self.engine, expire_on_commit=False) as session, unit_of_work(session, actor):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a fresh session that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            end_reading(session)


Due = Callable[[datetime | None, datetime, Any], bool]


@dataclass(frozen=True)
class Chore:
    """One piece of recurring work; `run` returns the sentence about what it did."""

    name: str
    is_due: Due
    run: Callable[[Housekeeper[Any]], str]


@dataclass(frozen=True)
class Done:
    """When a chore was last begun and what came of it."""

    at: datetime
    words: str
    well: bool


_chores: dict[str, Chore] = {}


def chore(
    name: str, *, every: timedelta | None = None, due: Due | None = None
) -> Callable[[Callable[[Housekeeper[Any]], str]], Callable[[Housekeeper[Any]], str]]:
    """Register a function as recurring work, `every` so long or when `due(last, moment, settings)` says so.

    It may be cut off and begun again by another worker: it must be harmless to run twice.
    """

    def register(run: Callable[[Housekeeper[Any]], str]) -> Callable[[Housekeeper[Any]], str]:
        _chores[name] = Chore(name, due or _after(every or timedelta(hours=1)), run)
        return run

    return register


def known() -> list[Chore]:
    return list(_chores.values())


def do_due(keeper: Housekeeper[Any], moment: datetime | None = None) -> list[str]:
    """Do everything that is due, one after the other; return the names of what was done."""
    moment = moment or now()
    done = []
    for each in known():
        with keeper.unit() as session:
            last = last_done(session, each.name)
            if not each.is_due(last.at if last else None, moment, keeper.settings):
                continue
            # Marked before it begins: another worker that looks now sees it taken.
            _keep(session, each.name, Done(moment, "It is being done.", True))
        outcome = _do(each, keeper, moment)
        with keeper.unit() as session:
            _keep(session, each.name, outcome)
        done.append(each.name)
    return done


def last_done(session: Session, name: str) -> Done | None:
    """Return when this chore was last done and how it went, or None."""
    kept = recall(session, _key(name))
    return _read(kept) if kept else None


def all_done(session: Session) -> dict[str, Done]:
    """Return every chore that was ever begun, by name, with when and what came of it."""
    rows = session.execute(sa.select(Setting.key, Setting.value).where(Setting.key.startswith(_key(""))))
    found = {key.removeprefix(_key("")): kept for key, kept in rows}
    return {name: _read(kept) for name, kept in sorted(found.items())}


def _read(kept: dict[str, Any]) -> Done:
    return Done(datetime.fromisoformat(kept["at"]), kept["words"], kept["well"])


def _do(each: Chore, keeper: Housekeeper[Any], moment: datetime) -> Done:
    try:
        return Done(moment, each.run(keeper), True)
    except Exception:
        # One chore that fails must not keep the others from being done.
        log.exception("the chore %r failed", each.name)
        return Done(moment, FAILED_WORDS, False)


def _keep(session: Session, name: str, done: Done) -> None:
    remember(session, _key(name), {"at": done.at.isoformat(), "words": done.words, "well": done.well})


def _key(name: str) -> str:
    return f"chore:{name}"


def _after(every: timedelta) -> Due:
    def is_due(last: datetime | None, moment: datetime, settings: Any) -> bool:
        return last is None or moment - last >= every

    return is_due
