"""The repositories of silence, scenes, topics and layouts as coroutines, over `run_sync`."""

from collections.abc import Sequence

from app.analysis.models import ContentSegment, LayoutAnalysis, LayoutType, Scene, SceneKind, SilenceRegion, SilenceType
from app.analysis.repository import (
    MOST_OF_A_RECORDING,
    LayoutRepository,
    SceneRepository,
    SilenceRepository,
    TopicRepository,
)
from app.core.async_repository import AsyncRepository


class AsyncSilenceRepository(AsyncRepository[SilenceRegion]):
    """See `SilenceRepository`."""

    repository = SilenceRepository

    async def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> Sequence[SilenceRegion]:
        return await self._run(lambda rows: rows.find_by_media(media_id, limit=limit))

    async def find_in_range(self, media_id: int, start_ms: int, end_ms: int) -> Sequence[SilenceRegion]:
        return await self._run(lambda rows: rows.find_in_range(media_id, start_ms, end_ms))

    async def find_by_kind(self, media_id: int, kind: SilenceType) -> Sequence[SilenceRegion]:
        return await self._run(lambda rows: rows.find_by_kind(media_id, kind))

    async def longest(self, media_id: int, limit: int = 10) -> Sequence[SilenceRegion]:
        return await self._run(lambda rows: rows.longest(media_id, limit))


class AsyncSceneRepository(AsyncRepository[Scene]):
    """See `SceneRepository`."""

    repository = SceneRepository

    async def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> Sequence[Scene]:
        return await self._run(lambda rows: rows.find_by_media(media_id, limit=limit))

    async def find_in_range(self, media_id: int, in_point: int, out_point: int) -> Sequence[Scene]:
        return await self._run(lambda rows: rows.find_in_range(media_id, in_point, out_point))

    async def find_by_kind(self, media_id: int, kind: SceneKind) -> Sequence[Scene]:
        return await self._run(lambda rows: rows.find_by_kind(media_id, kind))

    async def longest(self, media_id: int, limit: int = 10) -> Sequence[Scene]:
        return await self._run(lambda rows: rows.longest(media_id, limit))


class AsyncTopicRepository(AsyncRepository[ContentSegment]):
    """See `TopicRepository`."""

    repository = TopicRepository

    async def find_by_media(self, media_id: int, *, limit: int = MOST_OF_A_RECORDING) -> Sequence[ContentSegment]:
        return await self._run(lambda rows: rows.find_by_media(media_id, limit=limit))

    async def find_in_range(self, media_id: int, start_ms: int, end_ms: int) -> Sequence[ContentSegment]:
        return await self._run(lambda rows: rows.find_in_range(media_id, start_ms, end_ms))

    async def find_touched(self, media_id: int) -> Sequence[ContentSegment]:
        return await self._run(lambda rows: rows.find_touched(media_id))

    async def top(self, media_id: int, limit: int = 10) -> Sequence[ContentSegment]:
        return await self._run(lambda rows: rows.top(media_id, limit))


class AsyncLayoutRepository(AsyncRepository[LayoutAnalysis]):
    """See `LayoutRepository`."""

    repository = LayoutRepository

    async def find_by_media(self, media_id: int) -> LayoutAnalysis | None:
        return await self._run(lambda rows: rows.find_by_media(media_id))

    async def find_by_kind(self, project_id: int, kind: LayoutType) -> Sequence[LayoutAnalysis]:
        return await self._run(lambda rows: rows.find_by_kind(project_id, kind))
