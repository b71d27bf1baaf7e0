"""Songs as SQL sees them: newest first or by artist, found by title or artist, each with its latest job."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.core.pagination import Page, behind, clamp, decode_after, encode_after
from app.core.repository import Repository
from app.core.search_text import query_tokens
from app.jobs.models import Job
from app.media.models import Media
from app.songs.filters import SongFilter, SongRow
from app.songs.models import Song, SongSource

ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "": (("date_added", "id"), True),
    "artist": (("name_key", "id"), False),
}
NEWEST = SongFilter()

Projects = Sequence[int] | None


class SongRepository(Repository[Song]):
    """Songs; the trash, and songs whose recording is in it, are left out of every list.

    `project_ids` are those of the projects looked into; None means all of them.
    """

    model = Song
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
        page = self.get_songs_with_jobs(project_ids, NEWEST, after=after, limit=limit)
        return Page([row.song for row in page.items], page.next_after)

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
        names, descending = ORDERS.get(wanted.sort, ORDERS[""])
        columns = [getattr(Song, name) for name in names]
        songs: Any = sa.select(Song, Job).outerjoin(Job, Job.id == _latest_job())
        query = self._listed(songs, project_ids, wanted.q)
        if after is not None:
            query = query.where(behind(columns, decode_after(after, len(columns)), descending=descending))
        size = clamp(limit)
        rows = self.session.execute(query.order_by(*_sorted(wanted)).limit(size + 1)).all()
        last = rows[size - 1].Song if len(rows) > size else None
        items = [SongRow(row.Song, row.Job) for row in rows[:size]]
        return Page(items, encode_after([getattr(last, name) for name in names]) if last else None)

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
        words = query_tokens(q)
        if q.strip() and not words:
            return query.where(sa.false())
        # Tokens are letters and digits only: nothing in them is a wildcard.
        return query.where(*(Song.name_key.contains(word, autoescape=True) for word in words))


def _sorted(wanted: SongFilter) -> list[sa.ColumnElement[Any]]:
    names, descending = ORDERS.get(wanted.sort, ORDERS[""])
    columns = [getattr(Song, name) for name in names]
    return [column.desc() if descending else column.asc() for column in columns]


def _latest_job() -> sa.ScalarSelect[int]:
    """Return the id of the newest job on a song's recording itself; those on its clips do not count."""
    job = sa.orm.aliased(Job)
    mine = sa.select(job.id).where(job.media_id == Song.media_id, job.clip_id.is_(None))
    return mine.order_by(job.created_at.desc(), job.id.desc()).limit(1).correlate(Song).scalar_subquery()
