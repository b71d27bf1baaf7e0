"""A process of its own that reads, adds one and writes, again and again, as a web worker would."""

import time

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

import sqlalchemy as sa  # noqa: E402 - the safe SQLite must be in place first
from sqlalchemy.orm import Session  # noqa: E402

from app import factory  # noqa: E402
from app.core.db import TRIES, engine_options, install_hooks, unit_of_work  # noqa: E402
from app.core.db_errors import is_transient  # noqa: E402
from app.core.errors import DomainError  # noqa: E402
from app.projects.models import Project  # noqa: E402

# Which names every model and lets every change be told.
assert factory.MODELS


def write(url: str, project_id: int, units: int) -> tuple[list[str], float]:
    """Add one to the project's quota `units` times; return the errors people would see, and the longest wait in s."""
    engine = sa.create_engine(url, **engine_options(url, pool_size=1, max_overflow=0, recycle_s=3600, echo=False))
    install_hooks(engine)
    errors, slowest = [], 0.0
    for _ in range(units):
        started = time.perf_counter()
        try:
            _tried_again(engine, project_id)
        except (DomainError, sa.exc.SQLAlchemyError) as error:
            errors.append(repr(error))
        slowest = max(slowest, time.perf_counter() - started)
    engine.dispose()
    return errors, slowest


def add_one(session: Session, project_id: int) -> None:
    """Read, add and write in one unit; the row is held in between."""
    query = sa.select(Project).where(Project.id == project_id).with_for_update()
    project = session.scalars(query).one()
    project.quota_bytes = (project.quota_bytes or 0) + 1


def _tried_again(engine: sa.Engine, project_id: int) -> None:
    for attempt in range(TRIES):
        try:
            with Session(engine) as session, unit_of_work(session):
                add_one(session, project_id)
            return
        except Exception as error:
            if attempt + 1 == TRIES or not is_transient(error):
                raise
