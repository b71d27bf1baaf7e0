"""What became of the jobs a person started: told on whatever page they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.clock import now
from app.jobs.models import Job, JobStatus
from app.media.models import Media

# A poll that was asleep longer than this starts afresh, so that nobody is told yesterday's news.
LONGEST_ABSENCE = timedelta(minutes=30)
MOST_NEWS = 5


@dataclass(frozen=True)
class News:
    """One job that ended: a sentence, and where its result is."""

    text: str
    url: str
    failed: bool


def count_running(session: Session, person_id: int) -> int:
    """Return how many of a person's jobs wait or run."""
    query = sa.select(sa.func.count()).select_from(Job)
    active = Job.status.in_((JobStatus.QUEUED, JobStatus.RUNNING))
    return session.scalar(query.where(Job.created_by == person_id, active)) or 0


def ended_since(session: Session, person_id: int, since: datetime | None) -> list[News]:
    """Return what ended since a moment, oldest first; nothing where the moment is unknown or long gone."""
    if since is None or now() - since > LONGEST_ABSENCE:
        return []
    query = (
        sa.select(Job, Media)
        .outerjoin(Media, Media.id == Job.media_id)
        .where(
            Job.created_by == person_id,
            Job.completed_at > since,
            Job.status.in_((JobStatus.COMPLETED, JobStatus.FAILED)),
        )
        .order_by(Job.completed_at)
        .limit(MOST_NEWS)
    )
    return [_news(job, media) for job, media in session.execute(query)]


def _news(job: Job, media: Media | None) -> News:
    failed = job.status is JobStatus.FAILED
    here = f"/m/{media.public_id}" if media is not None and media.deleted_at is None else None
    verb = "rendered" if job.kind == "render" else "ready"
    text = f"“{job.name}” failed: {job.error_message}" if failed else f"“{job.name}” is {verb}."
    return News(text, f"/jobs/{job.public_id}" if failed or here is None else here, failed)
