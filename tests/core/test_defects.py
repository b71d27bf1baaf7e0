"""What went wrong in the code the domain was described by, each held off by a test; two about songs come with songs."""

import time
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditLog
from app.audit.repository import AuditRepository
from app.clips.models import Clip
from app.core.db import Base, transact, unit_of_work
from app.core.db_errors import domain_error
from app.core.errors import Conflict, Invalid
from app.core.storage import path_hash
from app.jobs.models import Job
from app.media.models import Media
from app.media.repository import MediaRepository
from app.projects.models import Project
from app.projects.repository import ProjectRepository
from tests.core.databases import app_on
from tests.core.memories import MemoryRecordings


def new_project(session: Session, name: str = "Keel") -> Project:
    return ProjectRepository(session).create(Project(name=name, slug=name.lower()))


def new_media(session: Session, project: Project, **columns: object) -> Media:
    facts = {"project_id": project.id, "title": "Boat", "filename": "boat.mov"}
    return MediaRepository(session).create(Media(**{**facts, **columns}))


def new_clip(session: Session, media: Media, **columns: object) -> Clip:
    clip = Clip(project_id=media.project_id, media_id=media.id, title="Launch", in_point=0, out_point=9, **columns)
    session.add(clip)
    session.flush()
    return clip


def test_an_object_can_be_read_after_commit_and_close(url: str, tmp_path: Path) -> None:
    with app_on(url, tmp_path):
        media = transact(lambda session: new_media(session, new_project(session)))

    assert (media.title, media.version, media.state.value) == ("Boat", 1, "processing")


def test_a_duplicate_leaves_no_transaction_open_and_the_log_can_be_written_at_once(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        new_project(session)
    with Session(engine) as failed:
        with pytest.raises(Conflict), unit_of_work(failed):
            new_project(failed)

        started = time.perf_counter()
        with Session(engine) as other, unit_of_work(other):
            AuditRepository(other).log_create("boat", 1, {})

        assert not failed.in_transaction()
        assert time.perf_counter() - started < 5


def test_a_change_and_its_entry_are_committed_together_or_not_at_all(engine: sa.Engine) -> None:
    entries = sa.select(sa.func.count()).select_from(AuditLog)
    with Session(engine) as session:
        before = session.scalar(entries)
    with pytest.raises(SystemExit), Session(engine) as session, unit_of_work(session):
        new_project(session)
        assert session.scalar(entries) == (before or 0) + 1
        raise SystemExit("killed between the change and the commit")

    with Session(engine) as session:
        assert session.scalar(entries) == before
        assert session.scalar(sa.select(sa.func.count()).select_from(Project)) == 0


@pytest.mark.parametrize("text", ['"boat', "boat’s (first", "launch boat", "boat launch", "BOAT*"])
def test_an_unbalanced_quote_is_no_error_and_words_may_come_in_any_order(engine: sa.Engine, text: str) -> None:
    with Session(engine, expire_on_commit=False) as session, unit_of_work(session):
        project = new_project(session)
        new_media(session, project, title="Launch of the first boat’s sister")

    with Session(engine) as session:
        assert len(MediaRepository(session).search(project.id, text)) == 1


def test_the_memory_twin_refuses_a_second_row_with_the_same_path_and_stays_right() -> None:
    media = MemoryRecordings()
    facts = {"project_id": 1, "title": "Boat", "filename": "a.mov", "path": "/a", "path_hash": path_hash("/a")}
    first = media.create(Media(**facts))
    other = media.create(Media(**{**facts, "path": "/b", "path_hash": path_hash("/b")}))

    with pytest.raises(Conflict):
        media.create(Media(**facts))
    with pytest.raises(Conflict):
        media.update(other, {"path_hash": path_hash("/a")})

    assert media.get_by_path(1, "/a") is first
    assert media.get_by_path(1, "/b") is other


def test_deleting_a_job_leaves_peoples_clips(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        job = Job(kind="ingest", name="Boat")
        session.add(job)
        session.flush()
        clip = new_clip(session, new_media(session, new_project(session)), job_id=job.id)
        clip_id, job_id = clip.id, job.id
    with Session(engine) as session, unit_of_work(session):
        session.delete(session.get_one(Job, job_id))

    with Session(engine) as session:
        assert session.get_one(Clip, clip_id).job_id is None


def test_the_time_of_a_row_is_its_own_and_not_that_of_the_import(engine: sa.Engine) -> None:
    fixed = [
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.default is not None and column.default.is_scalar and isinstance(column.default.arg, datetime)
    ]
    with Session(engine, expire_on_commit=False) as session, unit_of_work(session):
        first, second = new_project(session, "Keel"), new_project(session, "Stem")

    assert fixed == []
    assert first.created_at < second.created_at


def test_update_sets_no_column_that_is_not_on_the_list(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        media = new_media(session, new_project(session))
        for column in ("id", "public_id", "version", "clip_count", "uploaded_by", "no_such_column"):
            with pytest.raises(Invalid):
                MediaRepository(session).update(media, {column: 7})

        assert session.is_modified(media) is False


def test_every_unique_key_of_the_house_is_told_by_its_field_on_every_database(engine: sa.Engine) -> None:
    """A row of each table is written twice; the second is a conflict in words, never a server error."""
    with Session(engine) as session, unit_of_work(session):
        project = new_project(session)
        new_media(session, project, path_hash="a", sha256_live="b")
        for field, columns in (("path", {"path_hash": "a"}), ("sha256", {"sha256_live": "b"})):
            assert conflict(session, Media, project_id=project.id, title="x", filename="x", **columns).field == field
        assert conflict(session, Project, name="Keel", slug="other").field == "name"
        assert conflict(session, Project, name="Other", slug="keel").field == "slug"


def conflict(session: Session, model: type[Base], **columns: object) -> Conflict:
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.add(model(**columns))
        session.flush()
    mapped = domain_error(refused.value, Base.metadata)
    assert isinstance(mapped, Conflict)
    return mapped
