"""Rows by the thousand on three databases: told to the log and the index exactly as a flush tells them."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditLog
from app.core.bulk import CHUNK, create_many
from app.core.db import Actor, unit_of_work
from app.core.errors import Conflict
from app.index.models import SearchDocument
from app.media.models import Media, MediaKind, MediaSource, MediaState
from app.media.registration import NewMedia, row_of
from app.projects.models import Project

ACTOR = Actor(id=7, name="Ingrid Berg", request_id="abc123", ip="192.0.2.1")


def new_project(engine: sa.Engine) -> int:
    with Session(engine) as session, unit_of_work(session):
        project = Project(name="Keel", slug="keel")
        session.add(project)
        session.flush()
        return project.id


def row(project_id: int, number: int) -> dict[str, Any]:
    new = NewMedia(
        filename=f"Ærø_{number}.mov",
        file_size=number,
        sha256=None,
        content_type="video/quicktime",
        kind=MediaKind.VIDEO,
        source=MediaSource.SCAN,
        path=f"/footage/{number}.mov",
    )
    return row_of(project_id, new, None)


def import_many(engine: sa.Engine, rows: list[dict[str, Any]]) -> list[int]:
    with Session(engine) as session, unit_of_work(session, ACTOR):
        return create_many(session, Media, rows)


def told(engine: sa.Engine, ids: list[int]) -> list[tuple[Any, ...]]:
    """Return what the log says of these recordings, without what differs from row to row by nature."""
    columns = (AuditLog.actor_id, AuditLog.action, AuditLog.verb, AuditLog.entity_name, AuditLog.project_id)
    query = sa.select(*columns, AuditLog.request_id, AuditLog.ip, AuditLog.changes)
    with Session(engine) as session:
        mine = query.where(AuditLog.entity_type == "media", AuditLog.entity_id.in_(ids)).order_by(AuditLog.entity_id)
        return [tuple(found) for found in session.execute(mine)]


def indexed(engine: sa.Engine, ids: list[int]) -> list[tuple[Any, ...]]:
    columns = (SearchDocument.entity_id, SearchDocument.media_id, SearchDocument.project_id, SearchDocument.title)
    query = sa.select(*columns, SearchDocument.body).where(SearchDocument.entity_id.in_(ids))
    with Session(engine) as session:
        return [tuple(found) for found in session.execute(query.order_by(SearchDocument.entity_id))]


def test_the_log_and_the_index_cannot_tell_a_crowd_from_a_flush(engine: sa.Engine) -> None:
    project_id = new_project(engine)
    with Session(engine) as session, unit_of_work(session, ACTOR):
        one = Media(**row(project_id, 1))
        session.add(one)
        session.flush()
        flushed = [one.id]
    flush_told, flush_indexed = told(engine, flushed), indexed(engine, flushed)

    crowd = import_many(engine, [{**row(project_id, 1), "path_hash": "another"}])

    assert told(engine, crowd) == flush_told
    assert [found[3:] for found in indexed(engine, crowd)] == [found[3:] for found in flush_indexed]
    assert indexed(engine, crowd)[0][:3] == (crowd[0], crowd[0], project_id)


def test_ids_come_back_in_the_order_given_and_defaults_are_filled(engine: sa.Engine) -> None:
    project_id = new_project(engine)
    count = CHUNK * 2 + 3

    ids = import_many(engine, [row(project_id, number) for number in range(count)])

    with Session(engine) as session:
        rows = {media.id: media for media in session.scalars(sa.select(Media))}
    assert [rows[id].file_size for id in ids] == list(range(count))
    first = rows[ids[0]]
    assert (first.state, first.version, first.clip_count) == (MediaState.PROCESSING, 1, 0)
    assert first.created_at.tzinfo is not None


def test_one_that_clashes_takes_all_back(engine: sa.Engine) -> None:
    project_id = new_project(engine)

    with pytest.raises(Conflict, match="already in the project"):
        import_many(engine, [row(project_id, number) for number in (1, 2, 3, 2)])

    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Media)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(SearchDocument)) == 0


@pytest.mark.slow
def test_ten_thousand_are_one_act(engine: sa.Engine) -> None:
    project_id = new_project(engine)
    ids = import_many(engine, [row(project_id, number) for number in range(10_000)])

    with Session(engine) as session:
        mine = sa.select(sa.func.count()).select_from(AuditLog)
        logged = session.scalar(mine.where(AuditLog.entity_type == "media", AuditLog.entity_id >= ids[0]))
        assert session.scalar(sa.select(sa.func.count()).select_from(Media)) == 10_000
        assert session.scalar(sa.select(sa.func.count()).select_from(SearchDocument)) == 10_000
    assert logged == 10_000
