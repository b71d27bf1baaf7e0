"""The recordings' repository as coroutines, over `run_sync`."""

from app.core.async_repository import AsyncRepository
from app.media.filters import MediaRow
from app.media.models import Media
from app.media.repository import MediaRepository


class AsyncMediaRepository(AsyncRepository[Media]):
    """See `MediaRepository`."""

    repository = MediaRepository

    async def get_by_path(self, project_id: int, path: str) -> Media | None:
        return await self._run(lambda rows: rows.get_by_path(project_id, path))

    async def find_by_sha256(self, project_id: int, sha256: str) -> Media | None:
        return await self._run(lambda rows: rows.find_by_sha256(project_id, sha256))

    async def restore(self, media: Media) -> Media:
        return await self._run(lambda rows: rows.restore(media))

    async def search(self, project_id: int, text: str, *, limit: int = 100) -> list[MediaRow]:
        return await self._run(lambda rows: rows.search(project_id, text, limit=limit))
