"""The hot queries read what they show and no more, with a hundred thousand rows on three databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.repository import AuditRepository
from app.clips.repository import ClipRepository
from app.jobs.repository import JobRepository
from app.media.filters import MediaFilter
from app.media.repository import MediaRepository
from app.projects.repository import ProjectRepository
from app.songs.filters import SongFilter
from app.songs.repository import SongRepository
from tests.core import many
from tests.core.databases import DATABASES, engine_on, migrate, new_database
from tests.core.plans import full_scans

pytestmark = pytest.mark.slow


@pytest.fixture(params=DATABASES, scope="module")
def crowded(request: pytest.FixtureRequest, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return an engine on a database with a hundred thousand rows of everything."""
    folder = tmp_path_factory.mktemp("crowded")
    if request.param == "sqlite":
        shutil.copy(migrated, folder / "crowded.db")
        yield from filled(f"sqlite:///{folder / 'crowded.db'}")
        return
    with new_database(str(request.getfixturevalue(f"{request.param}_server"))) as url:
        migrate(url, folder)
        yield from filled(url)


def filled(url: str) -> Iterator[sa.Engine]:
    with engine_on(url) as engine:
        many.fill(engine)
        yield engine


def media_page(session: Session) -> Any:
    return MediaRepository(session).filtered(1, MediaFilter())


def media_page_at_depth(session: Session) -> Any:
    repository, after = MediaRepository(session), None
    for _ in range(3):
        after = repository.filtered(1, MediaFilter(), after=after, limit=200).next_after
    return repository.filtered(1, MediaFilter(), after=after)


def clip_overlap(session: Session) -> Any:
    return ClipRepository(session).find_overlapping(1, 500_000, 500_100, longest=40)


def clips_of_a_project(session: Session) -> Any:
    return ClipRepository(session).find_by_project(1)


def next_jobs(session: Session) -> Any:
    return JobRepository(session).find_open(0, limit=50)


def latest_jobs(session: Session) -> Any:
    return JobRepository(session).latest_for_many(range(1, 51))


def history(session: Session) -> Any:
    return AuditRepository(session).for_project(1)


def history_of_one(session: Session) -> Any:
    return AuditRepository(session).get_history("media", 7)


def projects(session: Session) -> Any:
    return ProjectRepository(session).list_with_stats(user_id=None)


def search_words(session: Session) -> Any:
    return MediaRepository(session).search(1, "word17 keel")


def search_piece(session: Session) -> Any:
    return MediaRepository(session).search(1, "ord4321")


def newest_songs(session: Session) -> Any:
    return SongRepository(session).get_songs_with_jobs([1])


def songs_by_artist(session: Session) -> Any:
    return SongRepository(session).get_songs_with_jobs([1], SongFilter(sort="artist"))


HOT = [
    media_page,
    media_page_at_depth,
    clip_overlap,
    clips_of_a_project,
    next_jobs,
    latest_jobs,
    history,
    history_of_one,
    projects,
    search_words,
    search_piece,
    newest_songs,
    songs_by_artist,
]
# MariaDB has no index for pieces of words: the names of one project are looked through, never those of others.
KNOWN = {("mysql", search_piece): ["range on search_documents"]}


@pytest.mark.parametrize("asked", HOT, ids=lambda asked: asked.__name__.replace("_", "-"))
def test_no_hot_query_reads_a_table_from_end_to_end(crowded: sa.Engine, asked: Any) -> None:
    assert full_scans(crowded, asked) == KNOWN.get((crowded.dialect.name, asked), [])


def test_a_scan_would_be_seen(crowded: sa.Engine) -> None:
    def careless(session: Session) -> Any:
        return session.execute(sa.text("SELECT id FROM media WHERE filename = 'no index stands over it'")).all()

    assert len(full_scans(crowded, careless)) == 1
