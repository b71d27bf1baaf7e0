"""Songs as SQL sees them: newest first or by artist, found by title or artist, each with its latest job."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.core.pagination import Page, behind_place, clamp, encode_after, read_place
from app.core.repository import Repository
from app.core.search_text import query_tokens
from app.jobs.lists import LISTED as LISTED_JOB
from app.jobs.lists import ListedJob
from app.jobs.models import Job
from app.media.models import Media
from app.songs.filters import ListedSong, SongFilter, SongRow
from app.songs.models import Song, SongSource

ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "": (("date_added", "id"), True),
    "artist": (("name_key", "id"), False),
}
NEWEST = SongFilter()

SONGS = Song.metadata.tables["songs"]
MEDIA = Media.metadata.tables["media"]
JOBS = Job.metadata.tables["jobs"]
HAS_TIMES = (sa.func.coalesce(SONGS.c.synced_lyrics, "") != "").label("has_times")
# What lists show, read without making objects of it, in the order of the fields.
LISTED_SONG = tuple(HAS_TIMES if name == "has_times" else SONGS.c[name] for name in ListedSong._fields)

Projects = Sequence[int] | None


class SongRepository(Repository[Song]):
    """Songs; the trash, and songs whose recording is in it, are left out of every list.

    `project_ids` are those of the projects looked into; None means all of them.
    """

    model = Song
    order = ("date_added", "id")
    writable = frozenset(
        {
            "project_id",
            "media_id",
            "title",
            "artist",
            "album",
            "genre",
            "year",
            "language",
            "youtube_id",
            "lyrics",
            "synced_lyrics",
            "deleted_at",
        }
    )

    def get_all_ordered_by_date(
        self, project_ids: Projects = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Song]:
        """Return one page of songs, the one added last first."""
        return self.page(self._listed(sa.select(Song), project_ids, ""), after=after, limit=limit)

    def search_by_title_or_artist(self, text: str, project_ids: Projects = None, *, limit: int = 50) -> list[Song]:
        """Return the newest songs with every word of `text` in title or artist; the words may be parts of words."""
        query = self._listed(sa.select(Song), project_ids, text)
        return list(self.session.scalars(query.order_by(*_sorted(NEWEST)).limit(clamp(limit))))

    def get_by_source(self, source: SongSource, project_ids: Projects = None, *, limit: int = 50) -> list[Song]:
        """Return the newest songs that came from there."""
        query = self._listed(sa.select(Song), project_ids, "").where(Song.source == source)
        return list(self.session.scalars(query.order_by(*_sorted(NEWEST)).limit(clamp(limit))))

    def get_by_youtube_id(self, project_id: int, youtube_id: str | None) -> Song | None:
        """Return the project's song with this id, also one in the trash; None, and nothing asked, for no id."""
        if not youtube_id:
            return None
        return self.session.scalar(sa.select(Song).where(Song.project_id == project_id, Song.youtube_id == youtube_id))

    def find_by_media(self, media_id: int) -> Song | None:
        """Return the song of a recording, also one in the trash."""
        return self.session.scalar(sa.select(Song).where(Song.media_id == media_id))

    def get_songs_with_jobs(
        self, project_ids: Projects = None, wanted: SongFilter = NEWEST, *, after: str | None = None, limit: int = 50
    ) -> Page[SongRow]:
        """Return one page of songs, each once, with the latest job on its recording; one query."""
        # An address may ask for any order: what is kept is kept for those there are.
        sort = wanted.sort if wanted.sort in ORDERS else ""
        names, _ = ORDERS[sort]
        size = clamp(limit)
        asked: dict[str, Any] = {"size": size + 1, "projects": project_ids}
        if after is not None:
            asked |= read_place(after, [SONGS.c[name] for name in names])
        query = _with_jobs(sort, project_ids is not None, after is not None)
        if wanted.q:
            query = query.where(*_named(wanted.q))
        rows = [_row(row) for row in self.session.execute(query, asked).all()]
        last = rows[size - 1].song if len(rows) > size else None
        return Page(rows[:size], encode_after([getattr(last, name) for name in names]) if last else None)

    def recordings_without(self, project_id: int, limit: int = 200) -> list[Media]:
        """Return a project's newest recordings that are no song yet, at most 200."""
        query = sa.select(Media).outerjoin(Song, Song.media_id == Media.id)
        query = query.where(Media.project_id == project_id, Media.deleted_at.is_(None), Song.id.is_(None))
        return list(self.session.scalars(query.order_by(Media.created_at.desc(), Media.id.desc()).limit(limit)))

    def count_in(self, project_ids: Projects, q: str = "") -> int:
        """Return how many songs `get_songs_with_jobs` would list."""
        return self.session.scalar(self._listed(sa.select(sa.func.count(Song.id)), project_ids, q)) or 0

    def _listed(self, query: sa.Select[Any], project_ids: Projects, q: str) -> sa.Select[Any]:
        query = query.outerjoin(Media, Media.id == Song.media_id)
        query = query.where(Song.deleted_at.is_(None), Media.deleted_at.is_(None))
        if project_ids is not None:
            query = query.where(Song.project_id.in_(project_ids))
        return query.where(*_named(q))


def _sorted(wanted: SongFilter) -> list[sa.ColumnElement[Any]]:
    names, descending = ORDERS.get(wanted.sort, ORDERS[""])
    columns = [getattr(Song, name) for name in names]
    return [column.desc() if descending else column.asc() for column in columns]


def _named(q: str) -> list[sa.ColumnElement[bool]]:
    words = query_tokens(q)
    if q.strip() and not words:
        return [sa.false()]
    # Tokens are letters and digits only: nothing in them is a wildcard.
    return [SONGS.c.name_key.contains(word, autoescape=True) for word in words]


@cache
def _with_jobs(sort: str, is_within: bool, is_further: bool) -> sa.Select[Any]:
    """Return the list's statement, put together once for each of its few forms."""
    names, descending = ORDERS[sort]
    columns = [SONGS.c[name] for name in names]
    joined = SONGS.outerjoin(JOBS, JOBS.c.id == _latest_job()).outerjoin(MEDIA, MEDIA.c.id == SONGS.c.media_id)
    query = sa.select(*LISTED_SONG, *LISTED_JOB).select_from(joined)
    query = query.where(SONGS.c.deleted_at.is_(None), MEDIA.c.deleted_at.is_(None))
    if is_within:
        query = query.where(SONGS.c.project_id.in_(sa.bindparam("projects", expanding=True)))
    if is_further:
        query = query.where(behind_place(columns, descending=descending))
    ordered = query.order_by(*(column.desc() if descending else column.asc() for column in columns))
    return ordered.limit(sa.bindparam("size", type_=sa.Integer()))


def _latest_job() -> sa.ScalarSelect[int]:
    """Return the id of the newest job on a song's recording itself; those on its clips do not count."""
    job = JOBS.alias()
    mine = sa.select(job.c.id).where(job.c.media_id == SONGS.c.media_id, job.c.clip_id.is_(None))
    return mine.order_by(job.c.created_at.desc(), job.c.id.desc()).limit(1).correlate(SONGS).scalar_subquery()


def _row(row: sa.Row[Any]) -> SongRow:
    width = len(LISTED_SONG)
    # A song without a job has nothing but NULLs behind its own columns.
    job = ListedJob._make(row[width:]) if row[width] is not None else None
    return SongRow(ListedSong._make(row[:width]), job)
