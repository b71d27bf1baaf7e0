"""What services and fakes may expect of the repositories of clips and of rendered files."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from app.clips.filters import ALL, ClipFilter
from app.clips.models import Clip, ClipExport
from app.core.pagination import Page
from app.core.repository import AsyncRepositories, Repositories

Exports = dict[int, list[ClipExport]]


class Clips(Repositories[Clip], Protocol):
    """Clips of a recording or a project, those that share ticks, and their order."""

    def find_by_media(self, media_id: int, *, limit: int = 1000) -> list[Clip]: ...
    def find_by_video(self, media_id: int, *, limit: int = 1000) -> list[Clip]: ...
    def find_by_project(
        self, project_id: int, wanted: ClipFilter = ALL, *, after: str | None = None, limit: int = 50
    ) -> Page[Clip]: ...
    def find_overlapping(
        self, media_id: int, in_point: int, out_point: int, *, longest: int, except_id: int | None = None
    ) -> Sequence[Clip]: ...
    def validate_bounds(self, media_id: int, in_point: int, out_point: int) -> None: ...
    def reorder(self, project_id: int, public_ids: Sequence[UUID]) -> None: ...
    def split(self, clip: Clip, at: int, *, title: str, created_by: int | None) -> Clip: ...


class AsyncClips(AsyncRepositories[Clip], Protocol):
    """The same as coroutines."""

    async def find_by_media(self, media_id: int, *, limit: int = 1000) -> list[Clip]: ...
    async def find_by_video(self, media_id: int, *, limit: int = 1000) -> list[Clip]: ...
    async def find_by_project(
        self, project_id: int, wanted: ClipFilter = ALL, *, after: str | None = None, limit: int = 50
    ) -> Page[Clip]: ...
    async def find_overlapping(
        self, media_id: int, in_point: int, out_point: int, *, longest: int, except_id: int | None = None
    ) -> Sequence[Clip]: ...
    async def validate_bounds(self, media_id: int, in_point: int, out_point: int) -> None: ...
    async def reorder(self, project_id: int, public_ids: Sequence[UUID]) -> None: ...
    async def split(self, clip: Clip, at: int, *, title: str, created_by: int | None) -> Clip: ...


class RenderedFiles(Repositories[ClipExport], Protocol):
    """Rendered files by clip, and the one that was rendered just so before."""

    def find_by_clips(self, clip_ids: Sequence[int]) -> Exports: ...
    def find_same(self, clip_id: int, clip_version: int, format: str, settings_hash: str) -> ClipExport | None: ...


class AsyncRenderedFiles(AsyncRepositories[ClipExport], Protocol):
    """The same as coroutines."""

    async def find_by_clips(self, clip_ids: Sequence[int]) -> Exports: ...
    async def find_same(
        self, clip_id: int, clip_version: int, format: str, settings_hash: str
    ) -> ClipExport | None: ...
