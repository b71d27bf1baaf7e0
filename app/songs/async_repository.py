"""The repository of songs as coroutines, over `run_sync`."""

from collections.abc import Sequence

from app.core.async_repository import AsyncRepository
from app.core.pagination import Page
from app.songs.filters import SongFilter, SongRow
from app.songs.models import Song, SongSource
from app.songs.repository import NEWEST, Projects, SongRepository


class AsyncSongRepository(AsyncRepository[Song]):
    """See `SongRepository`."""

    repository = SongRepository

    async def get_all_ordered_by_date(
        self, project_ids: Projects = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Song]:
        return await self._run(lambda rows: rows.get_all_ordered_by_date(project_ids, after=after, limit=limit))

    async def search_by_title_or_artist(
        self, text: str, project_ids: Projects = None, *, limit: int = 50
    ) -> Sequence[Song]:
        return await self._run(lambda rows: rows.search_by_title_or_artist(text, project_ids, limit=limit))

    async def get_by_source(
        self, source: SongSource, project_ids: Projects = None, *, limit: int = 50
    ) -> Sequence[Song]:
        return await self._run(lambda rows: rows.get_by_source(source, project_ids, limit=limit))

    async def get_by_youtube_id(self, project_id: int, youtube_id: str | None) -> Song | None:
        return await self._run(lambda rows: rows.get_by_youtube_id(project_id, youtube_id))

    async def find_by_media(self, media_id: int) -> Song | None:
        return await self._run(lambda rows: rows.find_by_media(media_id))

    async def get_songs_with_jobs(
        self, project_ids: Projects = None, wanted: SongFilter = NEWEST, *, after: str | None = None, limit: int = 50
    ) -> Page[SongRow]:
        return await self._run(lambda rows: rows.get_songs_with_jobs(project_ids, wanted, after=after, limit=limit))
