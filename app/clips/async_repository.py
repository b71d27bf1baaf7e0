"""The repositories of clips and of rendered files as coroutines, over `run_sync`."""

from collections.abc import Sequence
from uuid import UUID

from app.clips.filters import ALL, ClipFilter
from app.clips.models import Clip, ClipExport
from app.clips.repository import MOST_OF_A_RECORDING, ClipRepository, ExportRepository
from app.core.async_repository import AsyncRepository
from app.core.pagination import Page


class AsyncClipRepository(AsyncRepository[Clip]):
    """See `ClipRepository`."""

    repository = ClipRepository

    async def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> list[Clip]:
        return await self._run(lambda rows: rows.find_by_media(media_id, limit=limit))

    find_by_video = find_by_media

    async def find_by_project(
        self, project_id: int, wanted: ClipFilter = ALL, *, after: str | None = None, limit: int = 50
    ) -> Page[Clip]:
        return await self._run(lambda rows: rows.find_by_project(project_id, wanted, after=after, limit=limit))

    async def find_overlapping(
        self, media_id: int, in_point: int, out_point: int, *, longest: int, except_id: int | None = None
    ) -> Sequence[Clip]:
        return await self._run(
            lambda rows: rows.find_overlapping(media_id, in_point, out_point, longest=longest, except_id=except_id)
        )

    async def validate_bounds(self, media_id: int, in_point: int, out_point: int) -> None:
        await self._run(lambda rows: rows.validate_bounds(media_id, in_point, out_point))

    async def reorder(self, project_id: int, public_ids: Sequence[UUID]) -> None:
        await self._run(lambda rows: rows.reorder(project_id, public_ids))

    async def split(self, clip: Clip, at: int, *, title: str, created_by: int | None) -> Clip:
        return await self._run(lambda rows: rows.split(clip, at, title=title, created_by=created_by))


class AsyncExportRepository(AsyncRepository[ClipExport]):
    """See `ExportRepository`."""

    repository = ExportRepository

    async def find_by_clips(self, clip_ids: Sequence[int]) -> dict[int, list[ClipExport]]:
        return await self._run(lambda rows: rows.find_by_clips(clip_ids))

    async def find_same(self, clip_id: int, clip_version: int, format: str, settings_hash: str) -> ClipExport | None:
        return await self._run(lambda rows: rows.find_same(clip_id, clip_version, format, settings_hash))
