"""What became of the jobs a person started: told on whatever page they are."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.jobs.models import Job, JobStatus
from app.media.models import Media

# A poll that was asleep longer than this starts afresh, so that nobody is told yesterday's news.
LONGEST_ABSENCE = timedelta(minutes=30)
MOST_NEWS = 5
MOST_JOBS = 100
ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
TOLD = "told"


@dataclass(frozen=True)
class News:
    """One job that ended: a sentence, and where its result is."""

    text: str
    url: str
    failed: bool


@dataclass(frozen=True)
class Mine:
    """What the bar over every page says of my jobs."""

    running: int
    news: list[News]


def tell(session: Session, person_id: int, memory: MutableMapping[str, Any]) -> Mine:
    """Return how many of a person's jobs wait or run, and what ended since this browser was last told.

    `memory` is the browser's own; the moment of this answer is kept in it. One query.
    """
    moment, since = now(), _moment(memory.get(TOLD))
    memory[TOLD] = moment.isoformat()
    told_of: sa.ColumnElement[bool] = Job.status.in_(ACTIVE)
    if since is not None:
        ended = Job.status.in_((JobStatus.COMPLETED, JobStatus.FAILED)), Job.dismissed_at.is_(None)
        told_of = sa.or_(told_of, sa.and_(Job.completed_at > since, *ended))
    query = (
        sa.select(Job, Media)
        .outerjoin(Media, Media.id == Job.media_id)
        .where(Job.created_by == person_id, told_of)
        .order_by(Job.completed_at)
        .limit(MOST_JOBS)
    )
    rows = session.execute(query).all()
    news = [_news(job, media) for job, media in rows if not job.is_active]
    return Mine(len(rows) - len(news), news[-MOST_NEWS:])


def _moment(text: object) -> datetime | None:
    """Read the moment of the last answer; None where there was none, or it is long gone."""
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    return moment if now() - moment < LONGEST_ABSENCE else None


def _news(job: Job, media: Media | None) -> News:
    failed = job.status is JobStatus.FAILED
    here = f"/m/{media.public_id}" if media is not None and media.deleted_at is None else None
    verb = "rendered" if job.kind == "render" else "ready"
    text = f"“{job.name}” failed: {job.error_message}" if failed else f"“{job.name}” is {verb}."
    return News(text, f"/jobs/{job.public_id}" if failed or here is None else here, failed)
