"""The declarative base, the engine hooks, and the units of work that hold the only commit."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Session

from app.core.db_errors import domain_error, is_transient
from app.core.replicas import readable
from app.sqlite import is_safe

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
# A unit is tried this often before busy and deadlock errors reach the person.
TRIES = 3

Unit = Literal["read", "write"]
T = TypeVar("T")
M = TypeVar("M", bound="Base")


class Base(DeclarativeBase):
    """What every model derives from."""

    metadata = sa.MetaData(naming_convention=NAMING)


class RoutedSession(FlaskSession):
    """A session whose statements go to a replica inside `reading()`, where one may be read; all else to the primary."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any) -> Engine | Connection:
        replica: Engine | None = self.info.get("replica")
        # Asked without a statement, it is about the database itself, and that is the primary.
        is_read = bind is None and (mapper is not None or clause is not None) and self.info.get("unit") != "write"
        if is_read and replica is not None:
            return replica
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **options)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": RoutedSession})


@dataclass(frozen=True)
class Actor:
    """Who acts in a unit of work; `id` is None for the system itself."""

    id: int | None = None
    name: str = "Rushes"
    request_id: str | None = None
    ip: str | None = None


SYSTEM = Actor()


def engine_options(url: str, *, pool_size: int, max_overflow: int, recycle_s: int, echo: bool) -> dict[str, Any]:
    """Return the `create_engine` options for this URL; pool figures apply to servers only.

    What was sent with a statement, hashes of tokens among it, is in no error's words and so in no log.
    """
    if url.startswith("sqlite"):
        return {"echo": echo, "hide_parameters": not echo, "connect_args": {"timeout": 10}}
    options: dict[str, Any] = {
        "echo": echo,
        "hide_parameters": not echo,
        "pool_size": pool_size,
        "max_overflow": max_overflow,
        "pool_recycle": recycle_s,
        "pool_pre_ping": True,
    }
    if url.startswith("mysql"):
        options["isolation_level"] = "READ COMMITTED"
    return options


def install_hooks(engine: Engine | AsyncEngine) -> None:
    """Teach an engine our pragmas and how its transactions begin; calling twice is harmless."""
    target = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    if event.contains(target, "begin", _begin):
        return
    event.listen(target, "begin", _begin)
    if target.dialect.name == "sqlite":
        event.listen(target, "connect", _prepare_sqlite)


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver must not begin transactions by itself: _begin decides which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "mmap_size=0",
        # Older ones count the full-text tables among what a trigger may not be trusted with.
        f"trusted_schema={'OFF' if is_safe(sqlite3.sqlite_version_info) else 'ON'}",
        "cell_size_check=ON",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin IMMEDIATE for a unit that may write; everything else is read-only and raises on a write."""
    writes = connection.get_execution_options().get("unit") == "write"
    if connection.dialect.name == "sqlite":
        if connection.info.get("writes") is not writes:
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info["writes"] = writes
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif not writes:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def current_actor(session: Session) -> Actor:
    """Return who acts in this session's unit; the system where nobody was named."""
    actor: Actor = session.info.get("actor", SYSTEM)
    return actor


@contextmanager
def unit_of_work(session: Session, actor: Actor = SYSTEM) -> Iterator[Session]:
    """Commit what happens inside as one act, or leave nothing of it.

    Raises the `DomainError` a database error stands for: `Conflict` with its field, `Stale`,
    `Unavailable`. Units do not nest; inside one use `nested()`.
    """
    if session.info.get("unit") == "write":
        raise RuntimeError("a unit of work is already open; use nested() inside it")
    end_reading(session)
    session.info.update(unit="write", actor=actor)
    try:
        session.connection(execution_options={"unit": "write"})
        yield session
        session.commit()
    except BaseException as error:
        session.rollback()
        mapped = domain_error(error, Base.metadata) if isinstance(error, SQLAlchemyError) else None
        if mapped is not None:
            raise mapped from error
        raise
    finally:
        session.info.pop("unit", None)
        session.info.pop("actor", None)


@contextmanager
def transaction(actor: Actor = SYSTEM) -> Iterator[Session]:
    """Open the request's unit of work on `db.session`; see `unit_of_work`."""
    with unit_of_work(db.session(), actor) as session:
        yield session


def transact(work: Callable[[Session], T], actor: Actor = SYSTEM) -> T:
    """Run `work` as one unit, again as a whole on busy, deadlock and serialization errors.

    At most three tries with jitter. `work` must be pure until it returns: no files, no mail.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with transaction(actor) as session:
                return work(session)
        except Exception as error:
            if attempt == TRIES or not is_transient(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
    raise AssertionError("unreachable")


@contextmanager
def reading() -> Iterator[Session]:
    """Open a read-only unit on `db.session`, on a replica where this context may read one; a write inside raises."""
    session, replicas = db.session(), readable()
    before = session.info.get("replica")
    if replicas is not None and before is None:
        session.info["replica"] = replicas.pick()
    try:
        yield session
    finally:
        session.info["replica"] = before
    if session.info.get("unit") != "write":
        end_reading(session)


def end_reading(session: Session) -> None:
    """Give back the snapshot a read left open, keeping what was loaded."""
    if session.in_transaction():
        session.commit()


@contextmanager
def nested(session: Session) -> Iterator[None]:
    """Open a savepoint: an error inside undoes only what happened inside."""
    with session.begin_nested():
        yield


@contextmanager
def session_scope(actor: Actor = SYSTEM) -> Iterator[Session]:
    """Open a fresh session and one unit of work in it, for scripts and commands."""
    with Session(db.engine, expire_on_commit=False) as session, unit_of_work(session, actor):
        yield session


def get_refreshed_object(session: Session, model: type[M], id: int) -> M | None:
    """Return the row as the database has it now, or None."""
    return session.get(model, id, populate_existing=True)


def refresh_session_object(entity: M, session: Session) -> M | None:
    """Return the row of a detached object as `session` has it, with present values; None when it is gone."""
    identity = sa.inspect(entity).identity
    return session.get(type(entity), identity, populate_existing=True) if identity else None


def ping(session: Session) -> None:
    """Ask the database for a sign of life; raises `Unavailable` without one."""
    try:
        # Taken by itself it is the primary's connection, whatever replica this unit reads.
        session.connection().execute(sa.text("SELECT 1"))
    except DBAPIError as error:
        raise domain_error(error, Base.metadata) or error from error


def async_session(engine: AsyncEngine) -> AsyncSession:
    """Return a session of the worker's engine with the house's rules."""
    return AsyncSession(engine, expire_on_commit=False)
