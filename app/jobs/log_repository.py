"""The log of the jobs as SQL sees it: by job, in a span of time, by level, the longest first."""

from datetime import datetime

import sqlalchemy as sa

from app.core.pagination import MAX_ROWS
from app.core.repository import Repository
from app.jobs.models import ProcessingLog


class LogRepository(Repository[ProcessingLog]):
    """Lines of all jobs, newest first; a line is written once and never changed."""

    model = ProcessingLog

    def find_by_job(self, job_id: int, *, limit: int = MAX_ROWS) -> list[ProcessingLog]:
        """Return a job's newest lines, oldest of them first."""
        query = sa.select(ProcessingLog).where(ProcessingLog.job_id == job_id)
        return self._all(query.order_by(ProcessingLog.id.desc()).limit(limit))[::-1]

    def find_in_range(self, start: datetime, end: datetime, *, limit: int = MAX_ROWS) -> list[ProcessingLog]:
        """Return the lines written in [start, end), oldest first."""
        query = sa.select(ProcessingLog).where(ProcessingLog.timestamp >= start, ProcessingLog.timestamp < end)
        return self._all(query.order_by(ProcessingLog.timestamp, ProcessingLog.id).limit(limit))

    def find_by_kind(self, job_id: int, level: str, *, limit: int = MAX_ROWS) -> list[ProcessingLog]:
        """Return a job's lines of one level (info, warning, error), oldest first."""
        query = sa.select(ProcessingLog).where(ProcessingLog.job_id == job_id, ProcessingLog.level == level)
        return self._all(query.order_by(ProcessingLog.id).limit(limit))

    def longest(self, job_id: int, limit: int = 10) -> list[ProcessingLog]:
        """Return the lines of the stages that took longest, longest first; lines without a time are left out."""
        timed = sa.select(ProcessingLog).where(ProcessingLog.job_id == job_id, ProcessingLog.duration_ms.is_not(None))
        return self._all(timed.order_by(ProcessingLog.duration_ms.desc(), ProcessingLog.id).limit(limit))

    def _all(self, query: sa.Select[ProcessingLog]) -> list[ProcessingLog]:
        return [*self.session.scalars(query)]
