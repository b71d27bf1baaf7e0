"""What pages ask about many clips at once."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clips.models import Clip, ClipExport
from app.clips.repository import ClipRepository, ExportRepository
from app.jobs.models import Job
from app.media.clock import clock_of
from app.media.models import Media


def decided_pairs(session: Session, clip_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs among these clips that somebody keeps as they are."""
    return ClipRepository(session).decided(list(clip_ids))


def exports_of(session: Session, clip_ids: Collection[int]) -> dict[int, list[ClipExport]]:
    """Return each clip's rendered files, newest first."""
    return ExportRepository(session).find_by_clips(list(clip_ids))


def render_jobs_of(session: Session, clip_ids: Collection[int]) -> dict[int, list[Job]]:
    """Return each clip's newest render job, alone in its list."""
    found: dict[int, list[Job]] = {id: [] for id in clip_ids}
    query = sa.select(Job).where(Job.clip_id.in_(list(clip_ids)), Job.kind == "render").order_by(Job.id.desc())
    for job in session.scalars(query):
        if job.clip_id is not None and not found[job.clip_id]:
            found[job.clip_id].append(job)
    return found


def described(clip: Clip, media: Media) -> dict[str, Any]:
    """Return what a page about one clip prints of it."""
    clock = clock_of(media)
    return {
        "public_id": clip.public_id,
        "title": clip.title,
        "version": clip.version,
        "in_timecode": clock.show(clip.in_point),
        "out_timecode": clock.show_out(clip.out_point),
        "length_text": clock.length(clip.length),
    }


def exports_size(session: Session) -> tuple[int, int]:
    """Return how many rendered files there are, and their bytes together."""
    count, size = session.execute(sa.select(sa.func.count(), sa.func.sum(ClipExport.file_size))).one()
    return count, int(size or 0)
