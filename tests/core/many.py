"""A hundred thousand rows of everything the hot queries read, made by the database itself."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditAction, AuditLog
from app.clips.models import Clip, ClipOrigin, ClipState
from app.index.kinds import KIND_BITS, KINDS, scope_of
from app.index.models import SearchDocument
from app.index.writer import token_prefix
from app.jobs.models import Job, JobStatus
from app.media.models import Media, MediaKind, MediaSource, MediaState
from app.projects.models import Project
from app.songs.models import Song, SongSource

ROWS = 100_000
PROJECTS = 20
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def fill(engine: sa.Engine) -> None:
    """Put 20 projects and 100,000 recordings, clips, documents, jobs, songs and log entries into an empty database."""
    with engine.connect().execution_options(unit="write") as connection, connection.begin():
        if engine.dialect.name == "mysql":
            connection.exec_driver_sql("SET SESSION max_recursive_iterations = 1000000")
        for model, count, facts in _tables(engine.dialect.name):
            _insert(connection, model, count, facts)
    with engine.connect().execution_options(unit="write", isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            # Enough for every row to be looked at: a sample differs each time, and with it the plans.
            connection.exec_driver_sql("SET default_statistics_target = 1000")
        for table in ("projects", "media", "clips", "search_documents", "jobs", "songs", "audit_log"):
            analyze = "ANALYZE TABLE" if engine.dialect.name == "mysql" else "ANALYZE"
            connection.exec_driver_sql(f"{analyze} {table}").close()


def _insert(connection: sa.Connection, model: Any, count: int, facts: dict[str, Any]) -> None:
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < count))
    table = model.__table__
    values = [_expression(value, numbers.c.n, table.c[name]).label(name) for name, value in facts.items()]
    connection.execute(table.insert().from_select(list(facts), sa.select(*values), include_defaults=False))


def _expression(value: Any, n: Any, column: sa.Column[Any]) -> Any:
    return value(n) if callable(value) else sa.literal(value, column.type)


def _key(letter: str) -> Any:
    """Return an expression for a UUID of the row's number, as each database writes them."""
    return lambda n: sa.func.concat(letter * 24, sa.cast(n + 10_000_000, sa.String(8)))


def _tables(dialect: str) -> list[tuple[Any, int, dict[str, Any]]]:
    own = {"version": 1, "created_at": MOMENT, "updated_at": MOMENT}
    project = lambda n: n % PROJECTS + 1  # noqa: E731
    return [
        (Project, PROJECTS, {"id": lambda n: n, **_project(dialect), **own}),
        (Media, ROWS, {"id": lambda n: n, "project_id": project, **_media(dialect), **own}),
        (Clip, ROWS, {"id": lambda n: n, "project_id": project, **_clip(dialect), **own}),
        (SearchDocument, ROWS, {"id": lambda n: n, **_document(dialect)}),
        (Job, ROWS, {"id": lambda n: n, "project_id": project, **_job(dialect)}),
        (Song, ROWS, {"id": lambda n: n, "project_id": project, "media_id": lambda n: n, **_song(dialect), **own}),
        (AuditLog, ROWS, {"project_id": project, **_entry()}),
    ]


def _song(dialect: str) -> dict[str, Any]:
    key = lambda n: sa.func.concat("marit  keel", sa.cast(n, sa.String(12)))  # noqa: E731
    names = {"title": "Keel", "artist": "Marit", "name_key": key, "source": SongSource.UPLOAD, "date_added": MOMENT}
    return {"public_id": _uuid(dialect, "e"), **names}


def _uuid(dialect: str, letter: str) -> Any:
    made = _key(letter)
    return (lambda n: sa.cast(made(n), sa.Uuid())) if dialect == "postgresql" else made


def _project(dialect: str) -> dict[str, Any]:
    name = lambda n: sa.func.concat("project", sa.cast(n, sa.String(12)))  # noqa: E731
    return {"public_id": _uuid(dialect, "a"), "slug": name, "name": name, "media_count": 0, "clip_count": 0}


def _media(dialect: str) -> dict[str, Any]:
    facts = {"kind": MediaKind.VIDEO, "title": "Keel", "filename": "keel.mov", "content_type": "video/mp4"}
    sizes = {"file_size": 1, "duration_frames": 1000, "rate_num": 25, "rate_den": 1, "first_pts": 0}
    flags = {"drop_frame": False, "variable_rate": False, "source": MediaSource.UPLOAD, "state": MediaState.READY}
    return {"public_id": _uuid(dialect, "b"), **facts, **sizes, **flags, "clip_count": 0, "longest_clip": 40}


def _clip(dialect: str) -> dict[str, Any]:
    # Half of all clips lie on one recording, where overlaps are asked for.
    media = lambda n: sa.case((n % 2 == 0, 1), else_=n)  # noqa: E731
    points = {"in_point": lambda n: n * 10, "out_point": lambda n: n * 10 + 30, "clip_order": lambda n: n}
    facts = {"title": "Launch", "origin": ClipOrigin.MANUAL, "state": ClipState.DRAFT}
    return {"public_id": _uuid(dialect, "c"), "media_id": media, **points, **facts}


def _document(dialect: str) -> dict[str, Any]:
    prefix = token_prefix(dialect)
    title = lambda n: sa.func.concat(f"{prefix}keel {prefix}word", sa.cast(n % 5000, sa.String(12)))  # noqa: E731
    # Those of the first project only: `scope` is one token.
    place = {"place": lambda n: n * 2**KIND_BITS + KINDS["media"], "scope": scope_of(1, "media")}
    facts = {"project_id": 1, "entity_type": "media", "entity_id": lambda n: n, "media_id": lambda n: n}
    return {**place, **facts, "title": title, "body": "", "tags": ""}


def _job(dialect: str) -> dict[str, Any]:
    # One in a thousand waits; the rest is history.
    status = lambda n: sa.case(  # noqa: E731
        (n % 1000 == 0, sa.literal(JobStatus.QUEUED.value)), else_=sa.literal(JobStatus.COMPLETED.value)
    )
    facts = {"kind": "ingest", "name": "Keel", "progress": 0, "params_json": {}, "priority": 100}
    rest = {"attempt": 1, "max_attempts": 3, "created_at": MOMENT, "updated_at": MOMENT}
    return {"public_id": _uuid(dialect, "d"), "media_id": lambda n: n, "status": status, **facts, **rest}


def _entry() -> dict[str, Any]:
    facts = {"occurred_at": MOMENT, "actor_name": "Kari", "action": AuditAction.UPDATE, "verb": "media:update"}
    return {**facts, "entity_type": "media", "entity_id": lambda n: n % 1000, "changes": {}, "media_id": lambda n: n}
