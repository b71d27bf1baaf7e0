"""The repository of songs in memory."""

from collections.abc import Sequence
from typing import Any

from app.core.pagination import Page, encode_after
from app.core.search_text import query_tokens
from app.jobs.models import Job
from app.media.models import Media
from app.songs.filters import SongFilter, SongRow
from app.songs.models import Song, SongSource
from app.songs.repository import NEWEST, SongRepository
from tests.core.memories import Twin

Projects = Sequence[int] | None


class MemorySongs(Twin):
    repository = SongRepository

    def get_all_ordered_by_date(
        self, project_ids: Projects = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Song]:
        page = self.get_songs_with_jobs(project_ids, after=after, limit=limit)
        return Page([row.song for row in page.items], page.next_after)

    def search_by_title_or_artist(self, text: str, project_ids: Projects = None, *, limit: int = 50) -> list[Song]:
        return self._listed(project_ids, SongFilter(text))[:limit]

    def get_by_source(self, source: SongSource, project_ids: Projects = None, *, limit: int = 50) -> list[Song]:
        return [song for song in self._listed(project_ids, NEWEST) if song.source is source][:limit]

    def get_by_youtube_id(self, project_id: int, youtube_id: str | None) -> Song | None:
        return self.first(lambda row: youtube_id and (row.project_id, row.youtube_id) == (project_id, youtube_id))

    def find_by_media(self, media_id: int) -> Song | None:
        return self.first(lambda row: row.media_id == media_id)

    def get_songs_with_jobs(
        self, project_ids: Projects = None, wanted: SongFilter = NEWEST, *, after: str | None = None, limit: int = 50
    ) -> Page[SongRow]:
        assert after is None, "further pages are the database's"
        songs = self._listed(project_ids, wanted)
        last = songs[limit - 1] if len(songs) > limit else None
        rows = [SongRow(song, self._latest_job(song)) for song in songs[:limit]]
        return Page(rows, encode_after([last.date_added, last.id]) if last else None)

    def _listed(self, project_ids: Projects, wanted: SongFilter) -> list[Song]:
        words = query_tokens(wanted.q)
        if wanted.q.strip() and not words:
            return []
        rows = self.where(lambda row: row.deleted_at is None and (project_ids is None or row.project_id in project_ids))
        rows = [row for row in rows if self._is_here(row) and all(word in row.name_key for word in words)]
        if wanted.sort == "artist":
            return sorted(rows, key=lambda row: (row.name_key, row.id))
        return sorted(rows, key=lambda row: (row.date_added, row.id), reverse=True)

    def _is_here(self, song: Song) -> bool:
        media = self.others.get((Media, song.media_id or 0))
        return media is None or media.deleted_at is None

    def _latest_job(self, song: Song) -> Job | None:
        jobs: list[Any] = [row for (kind, _), row in self.others.items() if kind is Job]
        mine = [job for job in jobs if job.media_id == song.media_id is not None and job.clip_id is None]
        return max(mine, key=lambda job: (job.created_at, job.id), default=None)
