"""Jobs and their log as coroutines in the caller's unit; `async_repository` gives each call a unit of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.async_repository import AsyncRepository
from app.core.pagination import MAX_ROWS
from app.jobs.log_repository import LogRepository
from app.jobs.models import Job, ProcessingLog
from app.jobs.repository import STALLED_AFTER, JobRepository


class AsyncJobRows(AsyncRepository[Job]):
    """See `JobRepository`."""

    repository = JobRepository

    async def latest_for_media(self, media_id: int) -> Job | None:
        return await self._run(lambda rows: rows.latest_for_media(media_id))

    async def active_for_project(self, project_id: int) -> Sequence[Job]:
        return await self._run(lambda rows: rows.active_for_project(project_id))

    async def stalled(self, silent_for: timedelta = STALLED_AFTER) -> Sequence[Job]:
        return await self._run(lambda rows: rows.stalled(silent_for))


class AsyncLogRows(AsyncRepository[ProcessingLog]):
    """See `LogRepository`."""

    repository = LogRepository

    async def find_by_job(self, job_id: int, *, limit: int = MAX_ROWS) -> Sequence[ProcessingLog]:
        return await self._run(lambda rows: rows.find_by_job(job_id, limit=limit))

    async def find_in_range(self, start: datetime, end: datetime, *, limit: int = MAX_ROWS) -> Sequence[ProcessingLog]:
        return await self._run(lambda rows: rows.find_in_range(start, end, limit=limit))

    async def find_by_kind(self, job_id: int, level: str, *, limit: int = MAX_ROWS) -> Sequence[ProcessingLog]:
        return await self._run(lambda rows: rows.find_by_kind(job_id, level, limit=limit))

    async def longest(self, job_id: int, limit: int = 10) -> Sequence[ProcessingLog]:
        return await self._run(lambda rows: rows.longest(job_id, limit))
