"""The tries of a job, as its log tells them: when each began and ended, and why it failed."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.jobs.models import Job, ProcessingLog


@dataclass(frozen=True)
class Try:
    """One attempt; `reason` is the last error it wrote, None where it wrote none."""

    number: int
    began: datetime
    ended: datetime
    reason: str | None


def tries_of(session: Session, job: Job) -> list[Try]:
    """Return every try that wrote a line, the first one first; nothing is asked about a job that was tried once."""
    if job.attempt < 2:
        return []
    lines = ProcessingLog
    last_error = sa.func.max(sa.case((lines.level == "error", lines.id)))
    spans = (
        sa.select(lines.attempt, sa.func.min(lines.timestamp), sa.func.max(lines.timestamp), last_error)
        .where(lines.job_id == job.id)
        .group_by(lines.attempt)
        .order_by(lines.attempt)
    )
    found = session.execute(spans).all()
    errors = [id for *_, id in found if id is not None]
    told = session.execute(sa.select(lines.id, lines.message).where(lines.id.in_(errors)))
    words = {line.id: line.message for line in told}
    return [Try(number, began, ended, words.get(id)) for number, began, ended, id in found]
