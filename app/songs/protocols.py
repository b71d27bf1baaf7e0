"""What services and fakes may expect of the repository of songs."""

from collections.abc import Sequence
from typing import Protocol

from app.core.pagination import Page
from app.core.repository import AsyncRepositories, Repositories
from app.songs.filters import SongFilter, SongRow
from app.songs.models import Song, SongSource
from app.songs.repository import NEWEST, Projects


class Songs(Repositories[Song], Protocol):
    """Songs by date, by words, by source, by their id elsewhere, and each with its latest job."""

    def get_all_ordered_by_date(
        self, project_ids: Projects = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Song]: ...
    def search_by_title_or_artist(
        self, text: str, project_ids: Projects = None, *, limit: int = 50
    ) -> Sequence[Song]: ...
    def get_by_source(self, source: SongSource, project_ids: Projects = None, *, limit: int = 50) -> Sequence[Song]: ...
    def get_by_youtube_id(self, project_id: int, youtube_id: str | None) -> Song | None: ...
    def find_by_media(self, media_id: int) -> Song | None: ...
    def get_songs_with_jobs(
        self, project_ids: Projects = None, wanted: SongFilter = NEWEST, *, after: str | None = None, limit: int = 50
    ) -> Page[SongRow]: ...


class AsyncSongs(AsyncRepositories[Song], Protocol):
    """The same as coroutines."""

    async def get_all_ordered_by_date(
        self, project_ids: Projects = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Song]: ...
    async def search_by_title_or_artist(
        self, text: str, project_ids: Projects = None, *, limit: int = 50
    ) -> Sequence[Song]: ...
    async def get_by_source(
        self, source: SongSource, project_ids: Projects = None, *, limit: int = 50
    ) -> Sequence[Song]: ...
    async def get_by_youtube_id(self, project_id: int, youtube_id: str | None) -> Song | None: ...
    async def find_by_media(self, media_id: int) -> Song | None: ...
    async def get_songs_with_jobs(
        self, project_ids: Projects = None, wanted: SongFilter = NEWEST, *, after: str | None = None, limit: int = 50
    ) -> Page[SongRow]: ...
